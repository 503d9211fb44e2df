// SPDX-License-Identifier: MIT
/** Designs that are brought in with --with, from a folder that has nothing to do with the suite. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResultSchema } from '../reports/result.ts';
import { sideband } from './process-for-tests.ts';
import { within } from './within-for-tests.ts';

const EXAMPLE = fileURLToPath(new URL('../examples/extensible-struct.ts', import.meta.url));
const CRIU = fileURLToPath(new URL('../core/restart/fixtures/criu', import.meta.url));
const README = new URL('../README.md', import.meta.url);

/** A setter whose field is the process's, so that its threads meet: it fails, and says how. */
const SHARED = `
import { copyRecord, note, putRecord, recordBytes, type Strategy, sys, type Want } from 'sideband/design';
import { CAP_SYS_ADMIN } from 'sideband/flags';

declare module 'sideband/design' {
  interface SyscallTable { set_shared: [address: number, bytes: number] }
  interface TaskFields { shared: Want | null }
}

export const shared: Strategy = {
  name: 'shared',
  of: null,
  order: 6,
  summary: \`a field of the process, which needs no capability \${CAP_SYS_ADMIN}\`,
  kind: 'design',
  form: 'best form',
  caller: {
    twoPasses: true,
    *direct(me, want, call) {
      const set = yield sys('set_shared', putRecord(me, want), recordBytes(want.values.length));
      return set < 0 ? set : yield call;
    },
  },
  kernel: {
    taskFields: { shared: { initial: null, atFork: 'clear', atExec: 'clear' } },
    asked: {
      askedIn: 'call',
      wanted(kernel, { leader }, kind) {
        const want = leader.field('shared').v;
        if (want === null || want.kind !== kind) return null;
        leader.field('shared').v = null;
        note('take', want.values.join(' '));
        return want;
      },
    },
    syscalls: {
      *set_shared(kernel, current, address, bytes) {
        const want = copyRecord(kernel, current, address, bytes);
        if (typeof want === 'number') return want;
        current.leader.field('shared').v = want;
        note('share', want.values.join(' '));
        return 0;
      },
    },
  },
};
`;

/** What a Strategy must have, with something wrong in it. */
const sketch = (wrong: string, kernel = '{}') => `
const half = { *direct(_me, _want, call) { return yield call; } };
export const mine = {
  name: 'mine', of: null, order: 7, summary: 'mine', kind: 'design', form: 'best form',
  caller: half, kernel: ${kernel}, ...{ ${wrong} },
};
`;

let directory = '';
const at = (name: string) => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sideband-outside-'));
  // Neither what is said of the folder nor what is installed in it has a say.
  const decoy = join(directory, 'node_modules', 'sideband');
  await mkdir(decoy, { recursive: true });
  await writeFile(at('package.json'), '{ "type": "commonjs" }');
  await writeFile(join(decoy, 'package.json'), '{ "name": "sideband", "main": "./index.js" }');
  await writeFile(join(decoy, 'index.js'), 'throw new Error("another copy");');
  await writeFile(at('shared.ts'), SHARED);
});
afterAll(() => rm(directory, { recursive: true }));

describe('a file that is no design', () => {
  it.each<[string, string | null, string]>([
    ['is not there', null, "can't be read (ENOENT); name a file that exports one Strategy"],
    ['exports nothing of the kind', 'export const x = 1;', 'it exports no Strategy; name a file'],
    [
      'exports two',
      `${sketch('')} export const other = { ...mine, name: 'other' };`,
      'it exports 2 Strategies; export one',
    ],
    [
      'has a name that is taken',
      sketch("name: 'with-id'"),
      'there is a strategy "with_id" already; give this one another name',
    ],
    [
      'has a hook of unknown name',
      sketch('', '{ sycalls: {} }'),
      'kernel.sycalls is not known there; choose from syscalls, taskFields, procfs, ',
    ],
    [
      'has a hook in the wrong place',
      sketch('entry() {}'),
      'entry is not known there; choose from name, of, ',
    ],
    ['has a hook that is none', sketch('', '{ exit: 7 }'), 'kernel.exit is 7; make it Function'],
    [
      'has a handler for a call of Linux',
      sketch('', '{ syscalls: { *msgget() { return 0; } } }'),
      'kernel.syscalls.msgget is a call of Linux; give the new one another name',
    ],
    ['lacks something', sketch('').replace('of: null, ', ''), 'of is missing; add it'],
    [
      'is of a form that there is not',
      sketch("form: 'best'"),
      'form is "best"; make it ("as posted" | "as named" | "best form" | "in mainline")',
    ],
    ['has a name of several words', sketch("name: 'my own'"), 'name is no name for a command line'],
  ])('because it %s', async (what, source, problem) => {
    const file = at(`${what.replaceAll(' ', '-')}.ts`);
    if (source !== null) await writeFile(file, source);
    const { thrown } = await within(['race', '--with', file, '--out', at('out')]);
    expect(thrown?.name).toBe('InputError');
    expect(thrown?.message.startsWith(`${file}: ${problem}`), thrown?.message).toBe(true);
    expect(existsSync(at('out'))).toBe(false);
  });

  it.each([
    ['an error of syntax', 'export const a = {;', 'syntax.ts:1:18: ERROR: Expected identifier'],
    [
      'a name that the package does not export',
      "export { nope } from 'sideband/design';",
      "'sideband/design' does not provide an export named 'nope'",
    ],
    [
      'a part of the package that is not public',
      "import 'sideband/core/model/kernel';",
      "there is no 'sideband/core/model/kernel'; choose from sideband/design, sideband/flags",
    ],
  ])('because of %s', async (_what, source, problem) => {
    await writeFile(at('syntax.ts'), source);
    const ended = await sideband(['compare', '--with', at('syntax.ts'), '--out', at('out')]);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe('');
    expect(ended.stderr.split('\n')).toHaveLength(2);
    expect(ended.stderr).toContain(`sideband: ${at('syntax.ts')}: it can't be loaded (`);
    expect(ended.stderr).toContain(problem);
    expect(existsSync(at('out'))).toBe(false);
  });

  it('because it was given twice', async () => {
    const { thrown } = await within(['list', '--with', EXAMPLE, '--with', EXAMPLE]);
    expect(thrown?.message).toBe(
      `${EXAMPLE}: there is a strategy "extensible-struct" already, from ${EXAMPLE}; ` +
        'give this one another name',
    );
  });

  it('because it throws, which is no defect of the suite', async () => {
    await writeFile(at('thrower.ts'), sketch("caller: { direct() { throw new Error('no'); } }"));
    const ended = await sideband([
      ...['race', 'threads-ask-at-once', '-s', 'mine', '--with', at('thrower.ts')],
    ]);
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `sideband: ${at('thrower.ts')}: it threw Error: no; mend it\n`,
    });
  });
});

describe('a design from a folder of its own', () => {
  const RACE = ['race', 'threads-ask-at-once', '-s', 'shared'];

  it('is raced, with this very copy of the suite, and fails as it must', async () => {
    const ended = await sideband([...RACE, '--with', at('shared.ts')]);
    expect(ended.code).toBe(1);
    // A second copy would be listened to by nobody: no cell would be contested, and nothing said.
    expect(ended.stdout).toMatch(/share 101.*\n/);
    expect(ended.stdout).toContain('A.shared');
    expect(ended.stdout.replaceAll(/\\\n\s*/g, '').replaceAll(/\s+/g, ' ')).toContain(
      `sideband race threads-ask-at-once -s shared --with "${at('shared.ts')}" --replay "`,
    );
  });

  it('has its schedules replayed', async () => {
    const { stdout, code } = await within([...RACE, '--with', at('shared.ts'), '--seed', '1']);
    expect(stdout).toContain('shared, one schedule');
    expect(code).toBeLessThan(2);
  });

  it('is listed among the others', async () => {
    const { stdout } = await within([
      'list',
      '--json',
      '--with',
      at('shared.ts'),
      '--with',
      EXAMPLE,
    ]);
    const names = JSON.parse(stdout).strategies.map(({ name }: { name: string }) => name);
    expect(names.slice(0, 6)).toEqual([
      ...['with_id', 'procfs', 'setter', 'indirect', 'extensible-struct', 'shared'],
    ]);
  });
});

describe('the example', () => {
  const THIS = ['-s', 'extensible-struct', '--with', EXAMPLE];

  it('is raced', async () => {
    const { code, stdout } = await within(['race', 'threads-ask-at-once', '--json', ...THIS]);
    const [row] = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(row).toMatchObject({ from: EXAMPLE, verdict: { kind: 'EXHAUSTIVE' }, failing: '0' });
    expect(row.deepest.threads).toBeGreaterThan(2);
  });

  it('restores a capture', async () => {
    const { code, stdout } = await within(['restart', CRIU, '--json', ...THIS]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).rows).toMatchObject([
      { strategy: 'extensible-struct', end: { kind: 'restored' } },
    ]);
  });

  it('is compared, and passes every check', async () => {
    const ended = await sideband(['compare', '--json', '--capture', CRIU, ...THIS]);
    expect(ended.code).toBe(0);
    const { outside, ...result } = v.parse(ResultSchema, JSON.parse(ended.stdout));
    expect(outside).toMatchObject([{ strategy: 'extensible-struct', from: EXAMPLE, leftOut: [] }]);
    expect(outside?.[0]?.checks.length).toBeGreaterThan(20);
    expect(outside?.[0]?.checks.filter(({ wrong }) => wrong !== null)).toEqual([]);
    const failed = result.races.filter(({ counterexample }) => counterexample !== null);
    expect(failed.map(({ scenario }) => scenario)).toEqual(['filter-slipped-past']);
    expect(result.races.every(({ verdict }) => verdict.kind === 'EXHAUSTIVE')).toBe(true);
    expect(result.restartSizes.length).toBeGreaterThan(0);
    expect(result.strategies[0]?.rubric).not.toBeNull();
  });

  it('is what the README shows of it, passage by passage', async () => {
    const shown = /```ts\n([\s\S]*?)```/.exec(await readFile(README, 'utf8'))?.[1] ?? '';
    const source = await readFile(EXAMPLE, 'utf8');
    const passages = shown.split('\n// ...\n').map((passage) => passage.trim());
    expect(passages.length).toBeGreaterThan(2);
    expect(passages.filter((passage) => !source.includes(passage))).toEqual([]);
  });
});
