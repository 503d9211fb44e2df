// SPDX-License-Identifier: MIT
/** `sideband explore` as a user meets it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLitmus } from '../core/explore/litmus/program.ts';
import { promelaOf } from '../core/explore/litmus/promela.ts';
import { InputError } from '../core/input-error.ts';
import { exploreWithin } from './explore.ts';
import { MEMORY } from './pool.ts';
import { interruptedAt, sideband } from './process-for-tests.ts';
import { printedBy, within } from './within-for-tests.ts';

const MESSAGES = 'Wx Wy || Ry Rx';
const DEADLOCK = 'Lm Ln Xn Xm || Ln Lm Xm Xn';

async function asJson(...args: string[]) {
  const { code, stdout, stderr } = await within(['explore', ...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('explore', () => {
  it('prints every count, and that they agree, in 72 columns', async () => {
    const { code, stdout } = await within(['explore', '  Wx Wy   ||\tRy Rx ']);
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => line.length > 72)).toEqual([]);
    for (const line of [
      '  Wx Wy || Ry Rx\n',
      '  Verdict        EXHAUSTIVE\n',
      '  Interleavings  6\n',
      '  Traces         3; 0 prefixes given up as part of others, 0.0 % of all\n',
      '  States         13, 14 transitions\n',
      '  Ends           3 at which all are done, 0 deadlocks\n',
    ]) {
      expect(stdout).toContain(line);
    }
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'Certificate: 6 paths through the state graph = 6 linear extensions of all traces = ' +
        '6 as a multinomial coefficient.',
    );
  });

  it('has no closed form to show where somebody waits, but a certificate still', async () => {
    const { stdout } = await within(['explore', DEADLOCK]);
    expect(stdout).toContain('1 at which all are done, 1 deadlocks');
    expect(stdout).toContain('Certificate: 6 paths');
    expect(stdout).not.toContain('multinomial');
  });

  it('--json prints each by name, interleavings as a string as they may be many', async () => {
    expect(await asJson(MESSAGES)).toEqual({
      interleavings: '6',
      traces: 3,
      blocked: 0,
      states: 13,
      transitions: 14,
      ends: 3,
      deadlocks: 0,
      verdict: 'EXHAUSTIVE',
    });
    const long = Array<string>(13).fill('Wx');
    const other = long.map(() => 'Wy');
    const many = await asJson(
      [long, other, long].map((part) => part.join(' ')).join(' || '),
      '--engine',
      'graph',
    );
    // 39! / 13!^3
    expect(many.interleavings).toBe('84478098072866400');
  });

  it('--engine runs one of two, and what the other would find is null', async () => {
    const graph = { states: 19, transitions: 22, ends: 1, deadlocks: 1 };
    const dpor = { traces: 3, blocked: expect.any(Number) };
    const rest = { interleavings: '6', verdict: 'EXHAUSTIVE' };
    const nothing = {
      ...{ states: null, transitions: null, ends: null, deadlocks: null },
      ...{ traces: null, blocked: null },
    };
    expect(await asJson(DEADLOCK, '--engine', 'graph')).toEqual({ ...nothing, ...rest, ...graph });
    expect(await asJson(DEADLOCK, '--engine', 'dpor')).toEqual({ ...nothing, ...rest, ...dpor });
    expect(await asJson(DEADLOCK, '--engine', 'both')).toEqual({ ...rest, ...graph, ...dpor });
    const { stdout } = await within(['explore', DEADLOCK, '--engine', 'graph']);
    expect(stdout).toContain('No certificate: it takes two ways to count that come to one number.');
  });

  it('--promela prints the program for Spin, and nothing else', async () => {
    const { code, stdout } = await within(['explore', DEADLOCK, '--promela']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: promelaOf(parseLitmus(DEADLOCK)) });
  });

  it('--out keeps what is printed, and the data', async () => {
    const out = await mkdtemp(join(tmpdir(), 'sideband-explore-'));
    const { stdout } = await within(['explore', MESSAGES, '--out', out]);
    expect(await readFile(join(out, 'explore.txt'), 'utf8')).toBe(stdout);
    const data = JSON.parse(await readFile(join(out, 'explore.json'), 'utf8'));
    expect(data).toEqual(await asJson(MESSAGES));
    await rm(out, { recursive: true });
  });

  it('of what is no program is one sentence with the column and the remedy', async () => {
    const { stdout, thrown } = await within(['explore', 'Wx Qy || Rx']);
    expect(stdout).toBe('');
    expect(thrown).toBeInstanceOf(InputError);
    expect(thrown?.message).toBe(
      'program, column 4: there is "Qy", which is no operation; ' +
        'write threads such as "Wx=3 Ry || Uy Cx:0>1 || Lm Xm"',
    );
  });

  it.each([
    ['no program', ['explore'], "missing required argument 'program'"],
    ['an engine that is none', ['explore', 'Rx', '--engine', 'sleep'], 'Allowed choices are both'],
  ])('with %s says so', async (_, args, message) => {
    expect((await within(args)).thrown?.message).toContain(message);
  });
});

describe('a budget', () => {
  const withBudgets = (maxStates: number, maxExecutions: number) =>
    printedBy(() =>
      exploreWithin({ maxStates, maxExecutions }, 'Ux Ux || Ux Ux', {
        engine: 'both',
        memory: MEMORY,
      }),
    );

  it('that both engines spend leaves nothing counted, and the verdict INCOMPLETE with 3', async () => {
    const { code, stdout } = await withBudgets(8, 5);
    expect(code).toBe(3);
    expect(stdout).toContain('Verdict        INCOMPLETE(more than 8 states, 8)');
    expect(stdout).toContain('Interleavings  -');
    expect(stdout).toContain('No certificate');
  });

  it('that one spends leaves what the other counts, which a closed form may confirm', async () => {
    const { code, stdout } = await withBudgets(8, 6);
    expect(code).toBe(0);
    expect(stdout).toContain('Interleavings  6');
    expect(stdout).toContain('States         at least 8, at least 8 transitions');
    expect(stdout).toContain('Certificate: 6 linear extensions of all traces = 6 as a');
  });
});

describe('a bound', () => {
  it('is in the verdict, which is EXHAUSTIVE where nothing is beyond it', async () => {
    const bounded = await asJson('Ux Ux || Ux Ux', '--bound', '0');
    expect(bounded).toMatchObject({ verdict: 'BOUNDED(0)', interleavings: '2', traces: null });
    const { stdout } = await within(['explore', 'Ux Ux || Ux Ux', '--bound', '1']);
    expect(stdout).not.toContain('EVERY INTERLEAVING');
    expect(stdout).toContain('Interleavings  4, those with at most 1 preemptions');
    const all = await asJson('Ux Ux || Ux Ux', '--bound', '2');
    expect(all).toMatchObject({ verdict: 'EXHAUSTIVE', interleavings: '6' });
  });

  it.each([
    ['dpor', '--bound: traces know no bound; give --engine graph'],
    ['sample', '--bound: a sample has no bound; choose one of the two'],
  ])('is refused to engine %s', async (engine, message) => {
    const { thrown } = await within(['explore', 'Rx', '--engine', engine, '--bound', '1']);
    expect(thrown?.message).toBe(message);
  });
});

/** Millions of states, one of each value of x and place of each thread. */
const LONG = Array<string>(4).fill(Array<string>(20).fill('Ux').join(' ')).join(' || ');

describe('an exploration that is cut short', () => {
  it('by its memory says so, with what it saw', async () => {
    const { code, stdout } = await sideband([
      'explore',
      LONG,
      '--engine',
      'graph',
      '--memory',
      '1',
    ]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/Verdict +INCOMPLETE\(more than 1 MiB of memory, \d+\)/);
    expect(stdout).toMatch(/States +at least \d{4,}, at least \d{4,} transitions/);
  });

  it('by Ctrl-C says what it knows so far, keeps what is on file, and ends with 130', async () => {
    const out = await mkdtemp(join(tmpdir(), 'sideband-explore-'));
    await sideband(['explore', MESSAGES, '--out', out]);
    const { code, stdout, stderr } = await sideband(
      ['explore', LONG, '--engine', 'dpor', '--out', out],
      interruptedAt('executions'),
    );
    expect(code).toBe(130);
    expect(stdout).toMatch(/Verdict +INCOMPLETE\(interrupted, \d+\)/);
    expect(stdout).toMatch(/Traces +at least \d{4,}; /);
    expect(stderr).toMatch(/\d+ executions, less than 0.1 % of all by estimate; days are left\n/);
    expect(stderr).toContain('sideband: interrupted; nothing was written\n');
    expect(JSON.parse(await readFile(join(out, 'explore.json'), 'utf8')).verdict).toBe(
      'EXHAUSTIVE',
    );
    await rm(out, { recursive: true });
  });
});
