// SPDX-License-Identifier: MIT
/** Commands that take minutes: each line of theirs is told, all of them are kept, and they can be ended. */
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { InputError } from '../../core/input-error.ts';

export interface Watch {
  /** Before anything is unpacked or compiled. */
  readonly onBegin?: () => void;
  readonly onLine?: (line: string) => void;
  readonly interrupted?: () => boolean;
}

export class Stopped extends Error {}

const LOOK_MS = 100;
const LAST_LINES = 12;

/**
 * Runs a command to its end.
 * @param log where all that it says is kept, behind what is there
 * @throws InputError where it fails, with the last lines of the log; Stopped where it was interrupted
 */
export async function runToEnd(
  command: string,
  args: readonly string[],
  log: string,
  { onLine, interrupted }: Watch = {},
): Promise<void> {
  const kept = createWriteStream(log, { flags: 'a' });
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: what make has started ends with it.
    detached: true,
  });
  const stop = () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  const look = setInterval(() => interrupted?.() === true && stop(), LOOK_MS);
  process.once('exit', stop);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      kept.write(`${line}\n`);
      onLine?.(line);
    });
  }
  const code = await new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (status, signal) => resolve(status ?? signal ?? 'no exit code'));
  });
  clearInterval(look);
  process.off('exit', stop);
  await new Promise((resolve) => kept.end(resolve));
  if (interrupted?.() === true) throw new Stopped();
  if (code === 0) return;
  throw new InputError(
    `${command} ${args.at(-1) ?? ''}`,
    `ended with ${code}:\n${lastLines(log)}\n`,
    `all of it is in ${log}`,
  );
}

const lastLines = (path: string): string =>
  readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n');

/** @throws InputError naming what is missing, and the packages of Debian that have it */
export function needCommands(
  what: string,
  packages: Readonly<Record<string, string>>,
  path = process.env.PATH,
): void {
  const missing = Object.keys(packages).filter((command) => !isThere(command, path));
  if (missing.length === 0) return;
  const wanted = [...new Set(missing.map((command) => packages[command]))].join(' ');
  throw new InputError(what, `${missing.join(', ')} missing`, `apt-get install ${wanted}`);
}

export function isThere(command: string, path = process.env.PATH): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v "${command}"`], {
      stdio: 'ignore',
      env: { PATH: path },
    });
    return true;
  } catch {
    return false;
  }
}
