// SPDX-License-Identifier: MIT
/** Where captures come from: this machine, a seed, or the images of CRIU. */
import { join } from 'node:path';
import type { Capture } from '../core/restart/capture.ts';
import { generateCapture, type Size } from '../core/restart/generate.ts';
import { importCriu } from '../core/restart/import-criu.ts';
import { captureMachine } from '../linux/capture/capture.ts';
import { jsonOf, writeAtomically } from '../reports/write.ts';
import { type Common, prepare } from './deliver.ts';
import { print, say, stopIfInterrupted } from './terminal.ts';

type Where = Pick<Common, 'json' | 'out'>;

/** Prints a capture, or keeps it as capture.json where --out says. */
async function keep(capture: Capture, { json, out }: Where): Promise<void> {
  stopIfInterrupted();
  const text = jsonOf(capture);
  if (out === undefined || json === true) print(text);
  if (out === undefined) return;
  const file = join(out, 'capture.json');
  await writeAtomically(file, text);
  say(`wrote ${file}`);
}

export async function importAndPrint(directory: string, where: Where): Promise<void> {
  const capture = importCriu(directory);
  await prepare(where);
  await keep(capture, where);
}

export async function captureAndPrint(options: Where & { readonly pid: number }): Promise<void> {
  await prepare(options);
  await keep(await captureMachine(options.pid), options);
}

export async function generateAndPrint(
  options: Where & Size & { readonly seed: number },
): Promise<void> {
  await prepare(options);
  await keep(generateCapture(options, options.seed), options);
}
