// SPDX-License-Identifier: MIT
/** How large a kernel is, by its symbols, and what its task_struct is made of. */
import { execFileSync } from 'node:child_process';
import { InputError } from '../../core/input-error.ts';
import type { Kernel } from './build.ts';
import { needCommands } from './command.ts';

export interface Sizes {
  /** Bytes of functions; of data, written or not. */
  readonly text: number;
  readonly data: number;
  readonly task: TaskStruct;
}

/** Bytes of task_struct, of which `members` are used and `holes` are between them. */
export interface TaskStruct {
  readonly size: number;
  readonly members: number;
  readonly holes: number;
  /** Fields that designs add, by name: where they begin. */
  readonly fields: Readonly<Record<string, number>>;
}

/** @throws InputError where a command is missing */
export function sizesOf({ path, taskObject }: Pick<Kernel, 'path' | 'taskObject'>): Sizes {
  needCommands('sizes', { nm: 'binutils', pahole: 'dwarves' });
  const symbols = symbolsIn(path);
  const sum = (types: RegExp) =>
    symbols.reduce((bytes, { type, size }) => bytes + (types.test(type) ? size : 0), 0);
  return { text: sum(/[tw]/i), data: sum(/[dbr]/i), task: taskStructIn(taskObject) };
}

/** What grew or shrank from one kernel to another, by name; of one name, all together. */
export function symbolsThatDiffer(from: string, to: string): Record<string, number> {
  const sizes = new Map<string, number>();
  for (const [path, sign] of [
    [from, -1],
    [to, 1],
  ] as const) {
    // What a compiler makes of one function, or numbers: msgctl_down.isra.0, __func__.17.
    for (const { name, size } of symbolsIn(path)) {
      const plain = name.replace(/\.(isra|constprop|part|cold|\d+)\b.*$/, '');
      sizes.set(plain, (sizes.get(plain) ?? 0) + sign * size);
    }
  }
  return Object.fromEntries([...sizes].filter(([, size]) => size !== 0).sort());
}

export interface Symbol {
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

export function symbolsIn(path: string): Symbol[] {
  const lines = execFileSync('nm', ['--print-size', path], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  }).split('\n');
  return lines.flatMap((line) => {
    const [, size, type, name] = /^\S+ ([0-9a-f]+) (\S) (\S+)$/.exec(line) ?? [];
    if (size === undefined || type === undefined || name === undefined) return [];
    return [{ name, type, size: Number.parseInt(size, 16) }];
  });
}

/** What the patches call them. */
const FIELDS = ['next_syscall_data', 'indirect_params'];

function taskStructIn(object: string): TaskStruct {
  const said = execFileSync('pahole', ['-C', 'task_struct', object], { encoding: 'utf8' });
  const number = (pattern: RegExp) => Number(pattern.exec(said)?.[1] ?? Number.NaN);
  const size = number(/\/\* size: (\d+),/);
  const members = number(/sum members: (\d+)/);
  if (!(size > 0 && members > 0)) {
    throw new InputError(object, 'pahole finds no task_struct in it', 'build the kernel again');
  }
  const fields: Record<string, number> = {};
  for (const field of FIELDS) {
    const at = number(new RegExp(`\\b${field};\\s*/\\*\\s*(\\d+)`));
    if (at >= 0) fields[field] = at;
  }
  return { size, members, holes: number(/sum holes: (\d+)/), fields };
}
