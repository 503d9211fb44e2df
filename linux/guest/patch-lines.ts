// SPDX-License-Identifier: MIT
/** What the patches add, by what kind of file it goes into. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

export interface PatchLines {
  /** Of the file, without its number. */
  readonly name: string;
  /** Lines added and removed: of C and headers, of tables of system calls, of the rest (Kconfig). */
  readonly code: readonly [added: number, removed: number];
  readonly tables: readonly [added: number, removed: number];
  readonly other: readonly [added: number, removed: number];
  /** System call numbers, and entries of their own that 32-bit callers need. */
  readonly numbers: number;
  readonly compat: number;
}

type Kind = 'code' | 'tables' | 'other';

const kindOf = (path: string): Kind => {
  if (/\.tbl$|sys_ni\.c$|syscalls\.h$/.test(path)) return 'tables';
  return /\.[chS]$/.test(path) ? 'code' : 'other';
};

export function patchLines(path: string): PatchLines {
  const lines = { code: [0, 0], tables: [0, 0], other: [0, 0] } as Record<Kind, [number, number]>;
  let [numbers, compat] = [0, 0];
  let kind: Kind | null = null;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [, file] = /^diff --git a\/\S+ b\/(\S+)$/.exec(line) ?? [];
    if (file !== undefined) kind = kindOf(file);
    if (kind === null || /^(---|\+\+\+) /.test(line)) continue;
    if (line.startsWith('+')) lines[kind][0]++;
    if (line.startsWith('-')) lines[kind][1]++;
    if (/^\+\d+\s+(common|64)\s/.test(line)) numbers++;
    if (/^\+\d+\s+i386\s.*\scompat_sys_/.test(line)) compat++;
  }
  const name = basename(path).replace(/^\d+-|\.patch$/g, '');
  return { name, ...lines, numbers, compat };
}
