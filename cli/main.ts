// SPDX-License-Identifier: MIT
/** The command line: which commands there are, and what they take. What they do is in actions.ts. */

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { BUILT } from '../bench/guest/costs.ts';
import { ENGINES } from '../core/explore/litmus/count.ts';
import type { Size } from '../core/kernel/scenario.ts';
import { MAX_STATES } from '../properties/sizes/explored.ts';
import { parseSize } from '../properties/sizes/size.ts';
import { LANES } from '../reports/gate/lanes.ts';
import { askHost, compareAndReport, count, list, restartAndReport } from './actions.ts';
import { checkBaseline, showBaseline, writeBaseline } from './baseline.ts';
import { bench } from './bench.ts';
import { captureAndPrint, generateAndPrint, importAndPrint } from './capture-actions.ts';
import { cite } from './cite.ts';
import { DEFAULT_SEED } from './deliver.ts';
import { exploreAndReport } from './explore.ts';
import { SAMPLERS } from './explore-sample.ts';
import { gate } from './gate.ts';
import { verifyCosts } from './linux-costs.ts';
import { BUILDABLE, buildAndSay, runGuest } from './linux-guest.ts';
import { raceFreely } from './linux-race.ts';
import { restoreAndReport } from './linux-restore.ts';
import { timeCalls } from './linux-times.ts';
import { thrownOutside } from './outside-design.ts';
import { MEMORY } from './pool.ts';
import { raceAndReport } from './race.ts';
import { merge } from './shards.ts';
import { parseShare, type Share } from './share.ts';
import { EXIT, EXIT_CODES, explain, GATE_EXIT_CODES, watchSignals } from './terminal.ts';
import { version } from './version.ts';

const numberFrom =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) {
      throw new InvalidArgumentError(`Give a whole number from ${low} to ${high}.`);
    }
    return value;
  };
const wholeNumber = numberFrom(0, 0x7fffffff);

const sizeFrom = (text: string): Size => {
  const size = parseSize(text);
  if (size === null) throw new InvalidArgumentError('Give tasks and calls, such as 3x2.');
  return size;
};

const collect = (name: string, names: readonly string[]): string[] => [...names, name];

/** Of names that are known; none stands for what `all` says. */
const someOf = (flags: string, description: string, known: readonly string[], all: string) =>
  new Option(flags, description)
    .choices(known)
    .argParser((name: string, names: readonly string[]) => {
      if (known.includes(name)) return [...names, name];
      throw new InvalidArgumentError(`Choose from ${known.join(', ')}.`);
    })
    .default([], all);

const strategy = () =>
  new Option('-s, --strategy <name>', 'only this strategy; may be repeated')
    .argParser(collect)
    .default([], 'all');
const withFile = () =>
  new Option('--with <file>', 'also the design in this file; may be repeated')
    .argParser(collect)
    .default([], 'none');
const seed = (what: string) => new Option('--seed <n>', what).argParser(wholeNumber);
const bound = () =>
  new Option('--bound <n>', 'only interleavings with at most so many preemptions').argParser(
    numberFrom(0, 1000),
  );
const shard = () =>
  new Option(
    '--shard <i/n>',
    'only this share of the work, as a file in --out, for sideband merge',
  ).argParser((text: string): Share => {
    const share = parseShare(text);
    if (share === null) throw new InvalidArgumentError('Give which of how many, such as 2/5.');
    return share;
  });
const memory = () =>
  new Option('--memory <MiB>', 'end as INCOMPLETE beyond so much')
    .argParser(numberFrom(1, 1_000_000))
    .default(MEMORY);
const thorough = () =>
  new Option('--thorough', 'ask the kernel below for minutes, not seconds; says for how many');
const json = () => new Option('--json', 'print the result as JSON');
const out = (files: string) => new Option('--out <dir>', `also write ${files} there`);

interface Described {
  readonly name: string;
  readonly description: string;
  readonly options: readonly Option[];
  readonly examples: readonly string[];
  readonly exitCodes?: string;
}

function add(program: Command, described: Described): Command {
  const { name, description, options, examples, exitCodes } = described;
  const command = program.command(name).description(description);
  for (const option of options) command.addOption(option);
  return command.addHelpText('after', after(examples, exitCodes));
}

const after = (examples: readonly string[], exitCodes = EXIT_CODES): string =>
  `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}\n\n${exitCodes}`;

/** Throws what goes wrong; main() turns it into a sentence and an exit code. */
export function commandLine(): Command {
  const program = new Command('sideband')
    .description('Compares ways to hand a system call one more argument.')
    .version(version)
    .exitOverride()
    .configureHelp({ helpWidth: 72 })
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText(
      'after',
      after([
        'sideband compare --out out',
        'sideband restart capture.json --strategy procfs',
        'sideband race threads-ask-at-once --strategy process-field',
      ]),
    );
  add(program, {
    name: 'compare',
    description: 'Run everything and print the report. What npm start runs.',
    options: [
      new Option('--capture <path>', 'restart this capture or CRIU directory; may be repeated')
        .argParser(collect)
        .default([], "this project's own"),
      strategy(),
      withFile(),
      thorough(),
      seed('for every random choice').default(DEFAULT_SEED),
      shard().conflicts(['json', 'thorough']),
      json(),
      out('report.txt, report.md, report.json and report.html'),
    ],
    examples: [
      'sideband compare',
      'sideband compare --with ./my-design.ts',
      'sideband compare --capture dump/ --json > report.json',
    ],
  }).action(compareAndReport);
  add(program, {
    name: 'cite',
    description: 'Print what one claim of the thread rests on, as a paragraph for a mail.',
    options: [
      new Option('--from <file>', 'of this result (JSON), in place of comparing anew'),
      seed('for every random choice').default(DEFAULT_SEED),
    ],
    examples: ['sideband cite 13', 'sideband cite 16 --from report/report.json'],
  })
    .argument('<claim>', 'its number in the report', numberFrom(1, 999))
    .action(cite);
  addGate(program);
  add(program, {
    name: 'merge',
    description: 'Put the shards of a run together, as if it had never been cut.',
    options: [json(), out('what the command would have written')],
    examples: [
      'for i in 1 2 3; do sideband race --shard $i/3 --out shards; done',
      'sideband merge shards --out merged',
    ],
  })
    .argument('<path...>', 'shards, or directories of them')
    .action(merge);
  add(program, {
    name: 'restart',
    description: 'Restart a capture on the model kernel and verify it field by field.',
    options: [
      strategy(),
      withFile(),
      new Option('--workers <n>', 'threads of a task that fork and restore at once')
        .argParser(numberFrom(1, 64))
        .default(1),
      seed('let the restored tasks run in a schedule drawn from this seed'),
      json(),
      out('restart.txt and restart.json'),
    ],
    examples: [
      'sideband restart capture.json --strategy procfs',
      'sideband restart dump/ --workers 4 --seed 7',
    ],
  })
    .argument('<capture>', 'a capture (JSON), or a directory of CRIU images')
    .action(restartAndReport);
  add(program, {
    name: 'capture',
    description: 'Read what runs on this machine into a capture (JSON).',
    options: [
      new Option('--pid <n>', 'only this process and what is below it')
        .argParser(numberFrom(1, 0x7fffffff))
        .default(1, 'the whole machine'),
      new Option('--out <dir>', 'write capture.json there instead of printing it'),
      new Option('--json', 'print it in any case'),
    ],
    examples: ['sideband capture --out out', 'sideband capture --pid 4711 > capture.json'],
  }).action(captureAndPrint);
  add(program, {
    name: 'generate',
    description: 'Make a capture of any size from a seed.',
    options: [
      new Option('--tasks <n>', 'tasks').argParser(numberFrom(1, 100_000)).default(10_000),
      new Option('--levels <n>', 'pid namespaces, one in the other')
        .argParser(numberFrom(1, 32))
        .default(4),
      new Option('--objects <n>', 'IPC objects').argParser(numberFrom(0, 10_000)).default(1000),
      seed('for every random choice').default(DEFAULT_SEED),
      new Option('--out <dir>', 'write capture.json there instead of printing it'),
      new Option('--json', 'print it in any case'),
    ],
    examples: [
      'sideband generate --out out && sideband restart out/capture.json',
      'sideband generate --tasks 100 --levels 2 --objects 20 --seed 7',
    ],
  }).action(generateAndPrint);
  add(program, {
    name: 'import-criu',
    description: 'Read the images that criu dump wrote, and print them as a capture (JSON).',
    options: [
      new Option('--out <dir>', 'write capture.json there instead of printing it'),
      new Option('--json', 'print it in any case'),
    ],
    examples: ['sideband import-criu dump/ > capture.json', 'sideband import-criu dump/ --out out'],
  })
    .argument('<dir>', 'directory of CRIU images')
    .action(importAndPrint);
  add(program, {
    name: 'race',
    description: 'Explore every interleaving of a scenario, or run one.',
    options: [
      strategy(),
      withFile(),
      new Option('--replay <schedule>', 'run this one schedule').conflicts('seed'),
      seed('run one schedule, drawn from this seed'),
      new Option('--promela', 'print one scenario by one strategy for Spin instead').conflicts([
        'replay',
        'seed',
        'json',
        'out',
      ]),
      new Option('--states <n>', 'of all sizes of a scenario by one strategy')
        .argParser(numberFrom(1, 10_000_000))
        .default(MAX_STATES),
      bound(),
      memory(),
      new Option('--mutant <defect>', 'by a seeded defect: a part of its name in report section M'),
      new Option('--size <tasks x calls>', 'this size alone, such as 3x2').argParser(sizeFrom),
      shard().conflicts(['json', 'replay', 'seed', 'promela']),
      json(),
      out('race.txt and race.json (one schedule: schedule.*)'),
    ],
    examples: [
      'sideband race',
      'sideband race handler-creates -s procfs --promela > program.pml',
      'sideband race threads-ask-at-once -s process-field \\',
      '    --replay "A4 B7 A3"',
      'sideband race threads-ask-at-once -s with_id --states 1000000',
      'sideband race --with ./my-design.ts -s my-design',
      'sideband race --mutant "the field is not cleared"',
    ],
  })
    .argument('[scenario]', 'all scenarios if left out')
    .action(raceAndReport);
  add(program, {
    name: 'explore',
    description: 'Explore every interleaving of a small program: threads are separated by ||.',
    options: [
      new Option(
        '--engine <name>',
        'the state graph, traces by DPOR, or both, which prove each other; or a sample',
      )
        .choices([...ENGINES, 'sample'])
        .default('both'),
      new Option('--runs <n>', 'sample so many schedules').argParser(numberFrom(1, 1_000_000)),
      seed('of the sample'),
      new Option('--sampler <name>', 'how they are drawn').choices(SAMPLERS),
      bound(),
      memory(),
      new Option('--promela', 'print the same program for Spin instead'),
      json(),
      out('explore.txt and explore.json'),
    ],
    examples: [
      "sideband explore 'Wx Wy || Ry Rx'",
      "sideband explore 'Lm Ln Xn Xm || Ln Lm Xm Xn' --json",
      "sideband explore 'Ux Ux || Ux Ux' --bound 1",
      "sideband explore 'Ux Ux || Ux Ux' --engine sample --runs 100 \\",
      '    --seed 7',
      '',
      'Operations, a step each, on cells that start at 0: Rx reads x, Wx',
      'writes 1, Wx=3 writes 3, Ux adds 1, Cx:0>1 writes 1 if x is 0,',
      'Lm locks m, Xm unlocks it.',
    ],
  })
    .argument('<program>', 'for example "Wx Ry || Wy Rx"')
    .action(exploreAndReport);
  add(program, {
    name: 'bench',
    description:
      "Time this suite's model (never a kernel), with its exact ledger beside; and its explorer, " +
      'beside Spin and fast-check, unless strategies are named.',
    options: [
      strategy(),
      withFile(),
      seed('for the order of the rows').default(DEFAULT_SEED),
      json(),
      out('bench.txt and bench.json'),
    ],
    examples: ['sideband bench', 'sideband bench --strategy setter --json'],
  }).action(bench);
  const linux = program
    .command('linux')
    .description('Real kernels.')
    .exitOverride()
    .configureHelp({ helpWidth: 72 });
  add(linux, {
    name: 'host',
    description:
      'All that is asked of the kernel below: does the model agree with it, call by call; do ' +
      "threads race there as the model allows; what do mainline's relatives of the designs cost.",
    options: [
      new Option('--calls <n>', 'only compare the model with it, by so many calls')
        .argParser(wholeNumber)
        .conflicts('thorough'),
      thorough(),
      seed('for every random choice').default(DEFAULT_SEED),
      json(),
      out('host.txt and host.json'),
    ],
    examples: [
      'sideband linux host',
      'sideband linux host --thorough',
      'sideband linux host --calls 1000000 --seed 7',
    ],
  }).action(askHost);
  add(linux, {
    name: 'race',
    description:
      'Run scenarios freely with real threads; each outcome must be one that the explorer allows.',
    options: [
      strategy(),
      new Option('--runs <n>', 'of all together').argParser(numberFrom(1, 1e9)).default(20_000),
      seed('of the moments for which threads are held up').default(DEFAULT_SEED),
      json(),
      out('free-runs.txt and free-runs.json'),
    ],
    examples: [
      'sideband linux race',
      'sideband linux race threads-ask-at-once -s next_id --runs 100000',
    ],
  })
    .argument('[scenario]', 'all that can be run if left out')
    .action(raceFreely);
  add(linux, {
    name: 'times',
    description: "Time mainline's relatives of the designs, and what each pair differs by.",
    options: [
      new Option(
        '--blocks <n>',
        'exactly so many; otherwise what fits into some seconds',
      ).argParser(numberFrom(9, 10_000)),
      new Option('--against <file>', 'say how many intervals overlap those of this earlier run'),
      seed('of the order in which calls are timed').default(DEFAULT_SEED),
      json(),
      out('times.txt and times.json'),
    ],
    examples: [
      'sideband linux times',
      'sideband linux times --blocks 96 --json > times.json',
      'sideband linux times --against times.json',
    ],
  }).action(timeCalls);
  add(linux, {
    name: 'restore',
    description: 'Restore a capture on the kernel below with real tasks, and verify it.',
    options: [
      new Option('--tasks <n>', 'one generated capture of so many tasks').argParser(
        numberFrom(1, 100_000),
      ),
      new Option('--workers <n>', 'threads of each task that fork its children at once')
        .argParser(numberFrom(1, 64))
        .default(1),
      new Option('-s, --strategy <name>', 'clone3 or ns_last_pid-locked; may be repeated')
        .argParser(collect)
        .default([], 'both'),
      seed('for the generated capture').default(DEFAULT_SEED),
      json(),
      out('restore.txt and restore.json'),
    ],
    examples: [
      'sideband linux restore',
      'sideband linux restore --tasks 1000',
      'sideband linux restore capture.json --workers 4 -s clone3',
    ],
  })
    .argument(
      '[capture]',
      'a capture (JSON), or a directory of CRIU images; if left out, those of the report',
    )
    .action(restoreAndReport);
  const design = () =>
    someOf('-d, --design <name>', 'that is built in; may be repeated', BUILDABLE, 'all of them');
  add(linux, {
    name: 'build',
    description: 'Build Linux 6.1 with the designs, from the source that Debian packs.',
    options: [design()],
    examples: ['sideband linux build', 'sideband linux build --design setter --design procfs'],
  }).action(buildAndSay);
  add(linux, {
    name: 'run',
    description: 'Boot such a kernel under QEMU, and compare it with the model.',
    options: [
      design(),
      new Option('--calls <n>', 'generated ones, of each design')
        .argParser(numberFrom(1, 1e9))
        .default(20_000),
      new Option('--runs <n>', 'free ones, of all together')
        .argParser(numberFrom(1, 1e9))
        .default(20_000),
      new Option('--cpus <n>', 'for free runs').argParser(numberFrom(2, 8)).default(2),
      seed('for every random choice').default(DEFAULT_SEED),
      json(),
      out('guest.txt and guest.json'),
    ],
    examples: [
      'sideband linux run',
      'sideband linux run --design indirect --calls 100000 --seed 7',
    ],
  }).action(runGuest);
  const kernel = () =>
    someOf(
      '-k, --kernel <name>',
      'only this one, as small as can be; may be repeated',
      BUILT,
      'all there are, in about an hour and a half',
    );
  add(linux, {
    name: 'count',
    description:
      'Build kernels with one design each, and count what it costs: instructions, by a guest ' +
      'whose clock they are, bytes and lines.',
    options: [kernel(), shard().conflicts('json'), json(), out('costs.txt and costs.json')],
    examples: [
      'sideband linux count --kernel none --kernel setter',
      'sideband linux count --shard 2/5 --out shards',
    ],
  }).action(count);
  add(linux, {
    name: 'verify',
    description: 'Count again, and compare with the committed reference: to the last digit.',
    options: [
      kernel(),
      new Option('--write', 'count all, and make that the reference').conflicts('kernel'),
      json(),
      out('verify.txt and verify.json'),
    ],
    examples: ['sideband linux verify', 'sideband linux verify --kernel none --kernel all'],
  }).action(verifyCosts);
  add(program, {
    name: 'list',
    description: 'Name the strategies and scenarios.',
    options: [withFile(), json()],
    examples: ['sideband list', 'sideband list --with ./my-design.ts'],
  }).action(list);
  return program;
}

const lane = () => someOf('--lane <name>', 'may be repeated', LANES, 'model');
const from = () =>
  new Option('--from <file>', 'figures of this result (JSON), in place of measuring anew');

function addGate(program: Command): void {
  add(program, {
    name: 'gate',
    description:
      'Hold this version against a baseline, to the last digit, and its times against those of ' +
      'another version, side by side. For CI.',
    options: [
      new Option('--baseline <file>', 'that sideband baseline write wrote'),
      new Option('--against <ref>', 'a commit, branch or tag of this repository'),
      from(),
      seed('for every random choice').default(DEFAULT_SEED),
      json(),
      out('gate.txt, gate.md, gate.json, gate.junit.xml and gate.benchmark.json'),
    ],
    examples: [
      'sideband gate --baseline baseline.json',
      'sideband gate --baseline baseline.json --against origin/main \\',
      '    --out gate',
    ],
    exitCodes: GATE_EXIT_CODES,
  }).action(gate);
  const baseline = program
    .command('baseline')
    .description('What the gate holds figures against.')
    .exitOverride()
    .configureHelp({ helpWidth: 72 })
    .addHelpText(
      'after',
      after(
        ['sideband baseline write baseline.json', 'sideband baseline show baseline.json'],
        GATE_EXIT_CODES,
      ),
    );
  add(baseline, {
    name: 'write',
    description: 'Measure, and make that the baseline. Over another one only with the reason.',
    options: [
      lane(),
      new Option('--because <reason>', 'why its figures are right and those before are not'),
      from(),
      seed('for every random choice').default(DEFAULT_SEED),
    ],
    examples: [
      'sideband baseline write baseline.json',
      "sideband baseline write baseline.json --because 'msgget copies 8 bytes less'",
    ],
    exitCodes: GATE_EXIT_CODES,
  })
    .argument('<file>', 'it is replaced as a whole, or not at all')
    .action(writeBaseline);
  add(baseline, {
    name: 'show',
    description: 'Print what a baseline holds, and why it came to be so.',
    options: [json()],
    examples: ['sideband baseline show baseline.json'],
    exitCodes: GATE_EXIT_CODES,
  })
    .argument('<file>')
    .action(showBaseline);
  add(baseline, {
    name: 'check',
    description: 'Say whether a gate could judge by it here: read it, and compare its keys.',
    options: [seed('that the gate would have').default(DEFAULT_SEED)],
    examples: ['sideband baseline check baseline.json'],
    exitCodes: GATE_EXIT_CODES,
  })
    .argument('<file>')
    .action(checkBaseline);
}

/** Sets process.exitCode; never exits while output is still being written. */
export async function main(argv: readonly string[]): Promise<void> {
  watchSignals();
  try {
    await commandLine().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    } else {
      process.exitCode = explain(thrownOutside(error) ?? error);
    }
  }
}
