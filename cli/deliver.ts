// SPDX-License-Identifier: MIT
/** What commands have in common: where their results go. */
import { join } from 'node:path';
import type { Section } from '../reports/document.ts';
import type { Result } from '../reports/result.ts';
import { renderSections } from '../reports/text.ts';
import { jsonOf, makeDirectory, writeAtomically, writeReport } from '../reports/write.ts';
import { resultExit } from './exit-code.ts';
import { print, stopIfInterrupted } from './terminal.ts';

/** The year and month of the thread. */
export const DEFAULT_SEED = 200807;

export interface Common {
  readonly strategy: readonly string[];
  /** Files of designs from outside. */
  readonly with: readonly string[];
  readonly json?: boolean;
  readonly out?: string;
}

/** As it was given. */
export const commandLine = (): string => ['sideband', ...process.argv.slice(2)].join(' ');

/** Prints a result; with --out, also keeps it there as NAME.txt and NAME.json. */
export async function deliver(
  name: string,
  { json, out }: Pick<Common, 'json' | 'out'>,
  sections: readonly Section[],
  data: unknown,
): Promise<void> {
  stopIfInterrupted();
  if (out !== undefined) {
    await writeAtomically(join(out, `${name}.json`), jsonOf(data));
    await writeAtomically(join(out, `${name}.txt`), renderSections(sections));
  }
  print(json === true ? jsonOf(data) : renderSections(sections));
}

/** A comparison whose text is printed already: its files, its JSON, and the exit code it deserves. */
export async function deliverReport(
  result: Result,
  { json, out }: Pick<Common, 'json' | 'out'>,
): Promise<void> {
  stopIfInterrupted();
  if (out !== undefined) await writeReport(out, result);
  if (json === true) print(jsonOf(result));
  process.exitCode = resultExit(result);
}

export const prepare = async ({ out }: Pick<Common, 'out'>): Promise<void> => {
  if (out !== undefined) await makeDirectory(out);
};
