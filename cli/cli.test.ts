// SPDX-License-Identifier: MIT
/** The command line as a user meets it: run as a process, judged by what comes out. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promelaOfSystem } from '../core/explore/spin/promela.ts';
import { InputError } from '../core/input-error.ts';
import { A_QUEUE } from '../core/kernel/scenario.ts';
import { scenarioOnModel } from '../core/model/scenario.ts';
import { parseCapture } from '../core/restart/parse-capture.ts';
import { whyNoHost } from '../linux/host/availability.ts';
import { threadsAskAtOnce } from '../properties/scenarios/threads/threads-ask-at-once.ts';
import { ResultSchema } from '../reports/result.ts';
import { processField } from '../strategies/controls/process-field.ts';
import { interruptedAt, sideband } from './process-for-tests.ts';
import { printForSpin } from './race-promela.ts';
import { within } from './within-for-tests.ts';

const CRIU = fileURLToPath(new URL('../core/restart/fixtures/criu', import.meta.url));
const LAST_PIDS = fileURLToPath(
  new URL('../core/restart/fixtures/last-pids.json', import.meta.url),
);

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sideband-cli-'));
});
afterAll(() => rm(directory, { recursive: true }));

const noHost = await whyNoHost();

const theRace = {
  scenario: threadsAskAtOnce.name,
  strategy: processField.name,
  make: () => scenarioOnModel(threadsAskAtOnce, processField, A_QUEUE),
};

const COMMANDS = [
  'compare',
  'cite',
  'restart',
  'capture',
  'generate',
  'import-criu',
  'race',
  'explore',
  'bench',
  'gate',
  'baseline',
  'merge',
  'list',
];

/** Of compare, what does not take long. */
const SMALL = ['-s', 'setter', '--capture', CRIU];

describe('--help', () => {
  it('names every command, with examples and exit codes', async () => {
    const { code, stdout, stderr } = await sideband(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of [...COMMANDS, 'linux']) expect(stdout).toContain(`\n  ${command} `);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('Exit codes:');
  });

  it.each(COMMANDS)('of %s has examples and exit codes, in 72 columns', async (command) => {
    const { stdout } = await within([command, '--help']);
    expect(stdout).toContain(`  sideband ${command}`);
    expect(stdout).toContain('  130  interrupted');
    expect(stdout.split('\n').filter((line) => line.length > 72)).toEqual([]);
  });
});

describe('what a user gets wrong', () => {
  it.each<[string, string[], string]>([
    [
      'an unknown strategy',
      ['race', '-s', 'sixth'],
      '--strategy: there is no strategy "sixth"; choose from with_id, procfs, setter, indirect, eclone, ',
    ],
    [
      'an unknown scenario',
      ['race', 'none'],
      'race: there is no scenario "none"; choose from argument-rewritten, ',
    ],
    ['an unknown command', ['rave'], "error: unknown command 'rave'"],
    ['an unknown option', ['list', '--jsno'], "error: unknown option '--jsno'"],
    [
      'a seed that is none',
      ['bench', '--seed', '1.5'],
      'Give a whole number from 0 to 2147483647.',
    ],
    ['no capture', ['restart'], "error: missing required argument 'capture'"],
    [
      'a capture that is not there',
      ['restart', '/no/such'],
      "/no/such: can't be read (ENOENT); name a capture or a CRIU directory",
    ],
    [
      'a directory without images',
      ['import-criu', tmpdir()],
      'inventory.img is missing; name a directory that criu dump wrote',
    ],
    [
      'a replay string that is none',
      ['race', 'threads-ask-at-once', '-s', 'setter', '--replay', 'A4 b'],
      'replay string, run 2: "b" is not a thread and a number of steps; write runs such as "B1 A3!ENOMEM B2"',
    ],
    [
      'a schedule that does not fit',
      ['race', 'threads-ask-at-once', '-s', 'setter', '--replay', 'A99'],
      'A is not possible there; what is possible: B',
    ],
    [
      'a replay of everything',
      ['race', '--replay', 'A4'],
      '--replay: one schedule is of one scenario by one strategy; name both',
    ],
    [
      'a program for Spin of everything',
      ['race', 'threads-ask-at-once', '--promela'],
      '--promela: a program for Spin is of one scenario by one strategy; name both',
    ],
    [
      'a program for Spin of what a strategy has no part in',
      ['race', 'threads-ask-at-once', '-s', 'create-and-delete', '--promela'],
      'create-and-delete can not direct any call that it asks with',
    ],
    [
      'a program for Spin, and one schedule',
      ['race', 'threads-ask-at-once', '-s', 'setter', '--promela', '--seed', '1'],
      "error: option '--promela' cannot be used with option '--seed <n>'",
    ],
    [
      'a size of everything',
      ['race', '-s', 'with_id', '--size', '3x2'],
      '--size: sizes differ between scenarios; name one',
    ],
    [
      'a size that there is not',
      ['race', 'any-call-between', '-s', 'with_id', '--size', '1x3'],
      '--size: any-call-between has no size 1x3; its smallest is 1x1, ',
    ],
    [
      'a size that is none',
      ['race', 'any-call-between', '--size', '3by2'],
      'Give tasks and calls, such as 3x2.',
    ],
    [
      'output below a file',
      ['compare', '--out', `${CRIU}/pstree.img/out`],
      "can't be written (ENOTDIR); name a directory that you may write",
    ],
  ])('such as %s is one sentence with the place and the remedy', async (_, args, message) => {
    const { thrown } = await within(args);
    expect(thrown === null ? '' : `${thrown.constructor.name}: ${thrown.message}`).toMatch(
      /^(InputError|CommanderError|InvalidArgumentError): /,
    );
    expect(thrown?.message).toContain(message);
  });

  it.each([
    [
      'a name',
      ['race', '-s', 'sixth'],
      'sideband: --strategy: there is no strategy "sixth"; choose',
    ],
    [
      'usage',
      ['rave'],
      "error: unknown command 'rave'\n(Did you mean race?)\n(--help shows what there is)",
    ],
  ])(
    'about %s ends the process with 2, and nothing on standard output',
    async (_, args, message) => {
      const { code, stdout, stderr } = await sideband(args);
      expect(stderr).toContain(message);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    },
  );

  it('loses nothing: a capture that was written stays when the next import fails', async () => {
    const out = join(directory, 'kept');
    expect((await within(['import-criu', CRIU, '--out', out])).code).toBe(0);
    const before = await readFile(join(out, 'capture.json'), 'utf8');
    expect((await within(['import-criu', out, '--out', out])).thrown).toBeInstanceOf(InputError);
    expect(await readFile(join(out, 'capture.json'), 'utf8')).toBe(before);
    expect(await readdir(out)).toEqual(['capture.json']);
  });

  it('in a capture is named by place', async () => {
    const path = join(directory, 'truncated.json');
    await writeFile(path, (await readFile(LAST_PIDS, 'utf8')).slice(0, 1000));
    const { thrown } = await within(['restart', path]);
    expect(thrown?.message).toContain(`${path}: not JSON (`);
  });
});

describe('the commands', () => {
  it('import-criu prints a capture that restart takes', async () => {
    const { code, stdout } = await within(['import-criu', CRIU]);
    expect(code).toBe(0);
    expect(parseCapture(stdout, 'stdout').tasks.length).toBe(5);
    const path = join(directory, 'imported.json');
    await writeFile(path, stdout);
    const restarted = await within(['restart', path, '--strategy', 'procfs', '--json']);
    expect(restarted.code).toBe(0);
    const { rows, journal } = JSON.parse(restarted.stdout);
    // By open-write-close, by a kept descriptor and by openat.
    expect(rows.map((row: { end: unknown }) => row.end)).toEqual([
      { kind: 'restored', fields: 67 },
      { kind: 'restored', fields: 67 },
      { kind: 'restored', fields: 67 },
    ]);
    expect(journal[0]).toBe('fork task 1 as 1');
  });

  it('race of everything exits with 0 as the controls fail, and draws how best forms do', async () => {
    const { code, stdout } = await within(['race']);
    expect(code).toBe(0);
    expect(stdout).toContain('Controls: ');
    expect(stdout).toContain('replay  sideband race handler-creates -s procfs');
  });

  it('race replays the schedule that it printed, to the same end, with exit code 1', async () => {
    const args = ['race', 'threads-ask-at-once', '-s', 'process-field'];
    const { stdout } = await within([...args, '--json']);
    const [{ counterexample }] = JSON.parse(stdout);
    const replayed = await within([...args, '--replay', counterexample.replay, '--json']);
    expect(replayed.code).toBe(1);
    const { scenario, strategy, ...drawn } = JSON.parse(replayed.stdout);
    // Of one schedule nobody knows whether there is a shorter one.
    expect(counterexample.isMinimal).toBe(true);
    expect(drawn).toEqual({ ...counterexample, isMinimal: false });
  });

  it('race grows whoever is named, and replays what fails at a larger size', async () => {
    const args = ['race', 'any-call-between', '-s', 'next_id'];
    const grown = await within(args);
    expect(grown.stdout).toMatch(/any-call-between +R +S1 2x1/);
    const [, size = '', schedule = ''] = /--size (\S+) --replay "(.*)"/.exec(grown.stdout) ?? [];
    expect(size).toBe('2x1');
    const at = ['--size', size];
    const [{ counterexample }] = JSON.parse((await within([...args, ...at, '--json'])).stdout);
    const replayed = await within([...args, ...at, '--replay', schedule, '--json']);
    expect(replayed.code).toBe(1);
    expect(JSON.parse(replayed.stdout)).toMatchObject({ ...counterexample, isMinimal: false });
    expect((await within([...args, '--states', '30'])).stdout).toMatch(/any-call-between +R +ok\n/);
  });

  it('race runs one schedule drawn from a seed, the same each time', async () => {
    const args = ['race', 'threads-ask-at-once', '-s', 'setter', '--seed', '7'];
    const one = await within(args);
    const two = await within(args);
    expect(one).toEqual(two);
    expect(one.code).toBe(0);
    expect(one.stdout).toContain('as it should be');
  });

  it('race prints a scenario for Spin, and what Spin should find', async () => {
    const args = ['race', 'threads-ask-at-once', '-s', 'process-field', '--promela'];
    const { code, stdout } = await within(args);
    expect(code).toBe(0);
    expect(stdout).toContain('States 148, transitions 229,');
    expect(stdout).toContain('Of 10 ends 8 fail');
    expect(stdout.endsWith(promelaOfSystem(theRace.make(), { maxStates: 1000 }))).toBe(true);
    expect(() => printForSpin(theRace, theRace.make, 147)).toThrow(
      'threads-ask-at-once: by process-field it has more than 147 states, too many for a program;',
    );
  });

  it('generate makes a capture that workers restart, in a schedule whose seed is told', async () => {
    const out = join(directory, 'generated');
    const sizes = ['--tasks', '30', '--levels', '2', '--objects', '12', '--seed', '4'];
    const made = await within(['generate', ...sizes, '--out', out]);
    expect([made.code, made.stdout]).toEqual([0, '']);
    const path = join(out, 'capture.json');
    const restarted = await within(['restart', path, '-s', 'setter', '--workers', '2']);
    expect(restarted.code).toBe(0);
    expect(restarted.stdout).toContain('seed 200807');
    const data = await within(['restart', path, '-s', 'setter', '--workers', '2', '--json']);
    const { seed, rows } = JSON.parse(data.stdout);
    expect([seed, rows[0].workers, rows[0].end.kind]).toEqual([200807, 2, 'restored']);
  });

  it('capture prints a capture that restart takes', async () => {
    const { code, stdout } = await within(['capture', '--pid', String(process.pid)]);
    expect(code).toBe(0);
    const capture = parseCapture(stdout, 'stdout');
    expect(capture.tasks[0]).toMatchObject({ ppid: 0, state: 'running' });
    expect(capture.source).toContain(`the tree below ${process.pid}`);
  });

  it('capture of a process that is not there is one sentence', async () => {
    const { code, stdout, stderr } = await sideband(['capture', '--pid', '2147483647']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^sideband: process 2147483647: there is none.*; name one.*\n$/);
  });

  it('restart takes a seed for the order in which tasks run, and a name by either spelling', async () => {
    const args = ['restart', CRIU, '--seed', '5', '--json', '-s'];
    const one = await within([...args, 'with_id']);
    expect(JSON.parse(one.stdout).rows.length).toBe(1);
    expect(await within([...args, 'with-id'])).toEqual(one);
  });

  it.skipIf(noHost !== null)(
    'linux host compares as many calls as asked for, the same for the same seed',
    async () => {
      const args = ['linux', 'host', '--calls', '300', '--seed', '9', '--json'];
      const one = await within(args);
      expect(one.code).toBe(0);
      const { calls, mismatch, seed } = JSON.parse(one.stdout);
      expect({ mismatch, seed }).toEqual({ mismatch: null, seed: 9 });
      expect(calls).toBeGreaterThanOrEqual(300);
      const other = JSON.parse((await within(args)).stdout);
      // How tasks that run at the same time are scheduled is the kernel's own.
      expect({ ...other, reordered: 0 }).toEqual({ ...JSON.parse(one.stdout), reordered: 0 });
    },
  );

  it('linux host without a compiler is one sentence, and compare says that it was not run', async () => {
    const env = { CC: 'no-such-cc', XDG_CACHE_HOME: join(directory, 'empty') };
    const host = await sideband(['linux', 'host'], undefined, env);
    expect(host).toEqual({
      code: 2,
      stdout: '',
      stderr: 'sideband: no-such-cc: there is no such C compiler; install one, or name it in CC\n',
    });
    const compare = await sideband(['compare', ...SMALL], undefined, env);
    expect(compare.code).toBe(0);
    expect(compare.stdout).toContain('Not run: no-such-cc: there is no such C compiler');
    expect(compare.stdout).toContain('were not confirmed by the kernel below');
  });

  it('list names strategies and scenarios', async () => {
    const { stdout } = await within(['list', '--json']);
    const { strategies, scenarios } = JSON.parse(stdout);
    expect(strategies.map(({ name }: { name: string }) => name)).toContain('indirect');
    expect(scenarios.map(({ name }: { name: string }) => name)).toContain('threads-ask-at-once');
  });

  it('bench prints times beside the ledger', async () => {
    const { code, stdout } = await within(['bench', '-s', 'setter', '--json']);
    const { ledger, threads, calls, restartSizes, timed, seed, ...rest } = JSON.parse(stdout);
    expect({ code, seed }).toEqual({ code: 0, seed: 200807 });
    expect(timed.calls.map(({ mode }: { mode: string }) => mode)).toEqual([
      ...['plain', 'unused', 'directed'],
      ...['plain', 'unused', 'directed'],
    ]);
    expect(timed.calls.every(({ nsMedian }: { nsMedian: number }) => nsMedian > 0)).toBe(true);
    const sizes = restartSizes.map(({ tasks }: { tasks: number }) => tasks);
    expect(sizes).toEqual([10, 100, 1000, 10_000]);
    expect(timed.restarts.map(({ tasks }: { tasks: number }) => tasks)).toEqual(sizes);
    for (const rows of [ledger, threads, calls]) expect(rows.length).toBeGreaterThan(0);
    // The explorer is of no strategy in particular.
    expect(rest).toMatchObject({ explorer: null, provenance: { seed: 200807 } });
  });
});

/** Progress that is said before a stage that takes seconds. */
const TIMING = "Speed of this suite's model";

describe('the terminal', () => {
  it('that stops reading ends the run without a word', async () => {
    const { code, stderr } = await sideband(['list'], ({ stdout }) => stdout?.destroy());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('gets from compare what it writes, twice the same but for times and provenance', async () => {
    const outs = [join(directory, 'one'), join(directory, 'two')] as const;
    const runs = outs.map((out) => sideband(['compare', ...SMALL, '--out', out, '--seed', '3']));
    const [run] = await Promise.all(runs);
    expect(run?.code).toBe(0);
    expect(run?.stdout).not.toContain('\u001b');
    expect(run?.stderr).not.toContain('\u001b');
    expect(run?.stderr).toMatch(
      /Races: \d+ explored, each of its interleavings; \d+ fail somewhere/,
    );
    expect((await readdir(outs[0])).sort()).toEqual(
      ['html', 'json', 'md', 'txt'].map((kind) => `report.${kind}`),
    );
    expect(await readFile(join(outs[0], 'report.txt'), 'utf8')).toBe(run?.stdout);
    const results = await Promise.all(
      outs.map(async (out) => {
        const text = await readFile(join(out, 'report.json'), 'utf8');
        return v.parse(ResultSchema, JSON.parse(text));
      }),
    );
    const kernelsOwn = ['timed', 'times', 'realRestores', 'provenance'];
    const [one, two] = results.map(({ conformance, observed, ...result }) => ({
      ...Object.fromEntries(Object.entries(result).filter(([key]) => !kernelsOwn.includes(key))),
      // What is allowed is the model's; what is seen of it, in what mode how often, is not.
      observed:
        observed.kind === 'run'
          ? observed.rows.map(({ seen, byMode, ...row }) => row)
          : observed.reason,
      // How tasks that run at the same time are scheduled is the kernel's own.
      conformance: { ...conformance, reordered: 0 },
    }));
    expect(one).toEqual(two);
    expect(results[0]?.provenance.seed).toBe(3);
  });

  it('interrupts a run with one sentence, exit code 130, and nothing written', async () => {
    const out = join(directory, 'interrupted');
    const { code, stderr } = await sideband(
      ['compare', ...SMALL, '--out', out],
      interruptedAt(TIMING),
    );
    expect(stderr).toContain('sideband: interrupted; nothing was written\n');
    expect(code).toBe(130);
    expect(await readdir(out)).toEqual([]);
  });
});
