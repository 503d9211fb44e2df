// SPDX-License-Identifier: MIT
/** The command line: which commands there are, and what they take. What they do is in actions.ts. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { bench, compareAndReport, importAndPrint, list, raceAndPrint, restartAndPrint } from './actions.ts';
import { EXIT, EXIT_CODES, explain, watchSignals } from './terminal.ts';

/** The year and month of the thread. */
const DEFAULT_SEED = 200807;

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value > 0x7fffffff) {
    throw new InvalidArgumentError('Give a whole number from 0 to 2147483647.');
  }
  return value;
}

const collect = (name: string, names: readonly string[]): string[] => [...names, name];

/** Sets process.exitCode; never exits while output is still being written. */
export async function main(argv: readonly string[]): Promise<void> {
  watchSignals();
  const program = new Command('sideband')
    .description('Compares ways to hand a system call one more argument.')
    .version(version())
    .exitOverride()
    .configureHelp({ helpWidth: 72 })
    .showHelpAfterError('(sideband --help shows what there is)')
    .addHelpText(
      'after',
      `\nExamples:
  sideband compare --out out
  sideband restart capture.json --strategy procfs
  sideband race threads-ask-at-once --strategy process-field
\n${EXIT_CODES}`,
    );
  // Later calls of a command() inherit exitOverride and the help's width.
  const strategy = ['-s, --strategy <name>', 'only this strategy; may be repeated', collect, []] as const;
  const json = ['--json', 'print the result as JSON'] as const;

  program
    .command('compare', { isDefault: true })
    .description('Run everything and print the report.')
    .option('--capture <path>', 'a capture or CRIU directory to restart; may be repeated', collect, [])
    .option(...strategy)
    .option('--seed <n>', 'for every random choice', wholeNumber, DEFAULT_SEED)
    .option(...json)
    .option('--out <dir>', 'also write report.txt, report.md and report.json there')
    .action(compareAndReport);
  program
    .command('restart')
    .description('Restart a capture on the model kernel and verify it field by field.')
    .argument('<capture>', 'a capture (JSON), or a directory of CRIU images')
    .option(...strategy)
    .option(...json)
    .action(restartAndPrint);
  program
    .command('import-criu')
    .description('Read CRIU images into a capture.')
    .argument('<dir>', 'directory that criu dump wrote')
    .option('--out <dir>', 'write capture.json there instead of printing it')
    .action(importAndPrint);
  program
    .command('race')
    .description('Explore every interleaving of a scenario.')
    .argument('[scenario]', 'all scenarios if left out')
    .option(...strategy)
    .option('--replay <schedule>', 'run this one schedule, such as "A4 B7 A3"')
    .option(...json)
    .action(raceAndPrint);
  program
    .command('bench')
    .description("Time this suite's model (never a kernel), with its ledger beside.")
    .option(...strategy)
    .option('--seed <n>', 'for the order of the rows', wholeNumber, DEFAULT_SEED)
    .option(...json)
    .action(bench);
  program
    .command('list')
    .description('Name the strategies and scenarios.')
    .option(...json)
    .action(list);
  for (const command of program.commands) {
    command.exitOverride().configureHelp({ helpWidth: 72 }).addHelpText('after', `\n${EXIT_CODES}`);
  }

  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    } else {
      process.exitCode = explain(error);
    }
  }
}
