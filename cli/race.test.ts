// SPDX-License-Identifier: MIT
/** `sideband race` as a user meets it: how far it goes, and what it says where it does not. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { interruptedAt, sideband } from './process-for-tests.ts';
import { within } from './within-for-tests.ts';

const rows = async (...args: string[]) => {
  const { stdout, code } = await within(['race', ...args, '--json']);
  return { code, rows: JSON.parse(stdout) };
};

describe('a bound', () => {
  it('is in the verdict, which is EXHAUSTIVE where nothing is beyond it', async () => {
    const bounded = await rows('threads-ask-at-once', '-s', 'process-field', '--bound', '0');
    expect(bounded.code).toBe(0);
    expect(bounded.rows).toMatchObject([
      {
        verdict: { kind: 'BOUNDED', preemptions: 0 },
        interleavings: '2',
        failing: '0',
        certificate: null,
        deepest: null,
      },
    ]);
    const one = await rows('threads-ask-at-once', '-s', 'process-field', '--bound', '1');
    expect(one).toMatchObject({ code: 1, rows: [{ verdict: { kind: 'BOUNDED' } }] });
    const all = await rows('threads-ask-at-once', '-s', 'with_id', '--bound', '9');
    expect(all).toMatchObject({ code: 0, rows: [{ verdict: { kind: 'EXHAUSTIVE' } }] });
  });

  it('has a mark of its own in the table, and is not called every interleaving', async () => {
    const { stdout } = await within([
      ...['race', 'threads-ask-at-once', '-s', 'process-field', '-s', 'setter'],
      ...['--bound', '0'],
    ]);
    expect(stdout).toContain('lane: model, every interleaving but for <');
    expect(stdout).toMatch(/threads-ask-at-once +R +<ok/);
    expect(stdout).toContain('0 of 2 verdicts are EXHAUSTIVE');
    expect(stdout.split('\n').filter((line) => line.length > 72)).toEqual([]);
  });
});

describe('a mutant', () => {
  const DEFECT = 'one field for the whole process';

  it('is raced by what is wrong with it, and its schedule replayed as it is printed', async () => {
    const { stdout, code } = await within(['race', 'threads-ask-at-once', '--mutant', DEFECT]);
    expect(code).toBe(1);
    expect(stdout).toContain('process-field, with a defect');
    expect(stdout).toContain(`  --mutant "${DEFECT}" \\\n`);
    const [, schedule = ''] = /--replay "(.+)"/.exec(stdout) ?? [];
    const replayed = await within([
      ...['race', 'threads-ask-at-once', '--mutant', 'for the whole process'],
      ...['--replay', schedule, '--json'],
    ]);
    expect(replayed.code).toBe(1);
    expect(JSON.parse(replayed.stdout).replay).toBe(schedule);
  });

  it.each([
    ['no such thing', /^--mutant: there is no defect "no such thing"; choose from: .*not cleared/],
    ['the field', /^--mutant: more than one has "the field"; choose from: /],
  ])('that is called "%s" is refused, with those that there are', async (defect, message) => {
    const { stdout, thrown } = await within(['race', '--mutant', defect]);
    expect(stdout).toBe('');
    expect(thrown?.message).toMatch(message);
  });

  it('is not raced beside strategies', async () => {
    const { thrown } = await within(['race', '--mutant', DEFECT, '-s', 'setter']);
    expect(thrown?.message).toBe('--mutant: it is a strategy of its own; leave --strategy out');
  });
});

describe('a fault', () => {
  it('stands in the replay string, and is named as the cause', async () => {
    const { stdout, code } = await within(['race', 'plain-after-enomem', '-s', 'keeps-on-failure']);
    expect(code).toBe(1);
    expect(stdout).toContain('--replay "A6!ENOMEM A4"');
    expect(stdout).toContain('(*) in step 6 of A there is ENOMEM; without, all is well');
    const one = ['race', 'plain-after-enomem', '-s', 'keeps-on-failure', '--replay'];
    expect((await within([...one, 'A6!ENOMEM A4'])).code).toBe(1);
    expect((await within([...one, 'A10'])).code).toBe(0);
    expect((await within([...one, 'A5!ENOMEM A4'])).thrown?.message).toBe(
      'replay string, step 5: A!ENOMEM is not possible there; what is possible: A',
    );
  });
});

describe('a race that is cut short', () => {
  it('by its memory has the sizes that it came to', async () => {
    const { code, rows: found } = await rows(
      ...['threads-ask-at-once', '-s', 'with_id', '--states', '1000000', '--memory', '1'],
    );
    expect(code).toBe(0);
    const [{ verdict, deepest, maxStates }] = found;
    expect(verdict).toEqual({ kind: 'EXHAUSTIVE' });
    expect(deepest.states).toBeLessThan(maxStates / 10);
  });

  it('by Ctrl-C prints the cells that it came to, writes nothing, and ends with 130', async () => {
    const out = await mkdtemp(join(tmpdir(), 'sideband-race-'));
    const { code, stdout, stderr } = await sideband(
      ['race', '--out', out],
      interruptedAt('explored: '),
    );
    expect(code).toBe(130);
    expect(stdout).toMatch(/\d+ of \d+ verdicts are EXHAUSTIVE/);
    expect(stderr).toContain('sideband: interrupted; nothing was written\n');
    expect(await readdir(out)).toEqual([]);
    await rm(out, { recursive: true });
  });
});
