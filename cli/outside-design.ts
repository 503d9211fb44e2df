// SPDX-License-Identifier: MIT
/** Designs that a user brings in with --with: a file each, from anywhere. */
import { stat } from 'node:fs/promises';
import { register } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from '../core/input-error.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { shapeOf } from './design-shape.ts';

const REMEDY = 'name a file that exports one Strategy, as examples/extensible-struct.ts does';

let isRegistered = false;

/** As they were given, by their places. */
const loaded = new Map<string, string>();

/** Once a thread, and only where somebody brings a design: others need none of it. */
function registerHooks(): void {
  if (!isRegistered) register('../bin/hooks.js', import.meta.url);
  isRegistered = true;
}

/**
 * The one strategy of a file.
 * @throws InputError
 */
export async function loadOutside(path: string): Promise<Strategy> {
  await needFile(path);
  registerHooks();
  const [one, ...others] = strategiesOf(await importOf(path));
  if (one === undefined) throw new InputError(path, 'it exports no Strategy', REMEDY);
  if (others.length > 0) {
    throw new InputError(path, `it exports ${others.length + 1} Strategies`, 'export one');
  }
  loaded.set(resolve(path), path);
  return { ...shapeOf(one, path), from: path };
}

/** Of an error that came through a design from outside: it is theirs to mend, and not ours. */
export function thrownOutside(error: unknown): InputError | null {
  if (!(error instanceof Error) || error instanceof InputError) return null;
  const { stack = '' } = error;
  const file = [...loaded].find(
    ([place]) => stack.includes(place) || stack.includes(pathToFileURL(place).href),
  );
  return file === undefined
    ? null
    : new InputError(file[1], `it threw ${reason(error)}`, 'mend it');
}

async function needFile(path: string): Promise<void> {
  const file = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(path, `can't be read (${error.code})`, REMEDY);
  });
  if (!file.isFile()) throw new InputError(path, 'it is no file', REMEDY);
}

async function importOf(path: string): Promise<object> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new InputError(path, `it can't be loaded (${reason(error)})`, 'mend it');
  }
}

/** In one line: what compilers say goes on for several. */
function reason(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => line.includes('ERROR: ')) ?? lines[0] ?? 'for no reason').trim();
}

/** Whatever has a half of one: what is wrong with it is to be said. The same under two names is one. */
function strategiesOf(exported: object): object[] {
  const isOne = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && ('caller' in value || 'kernel' in value);
  return [...new Set(Object.values(exported).filter(isOne))];
}
