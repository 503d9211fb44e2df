// SPDX-License-Identifier: MIT
/** The hooks that a patch uses, read out of the lines that it adds. */

export interface Hooks {
  readonly syscalls: readonly string[];
  /** Files in the directory of a task. */
  readonly files: readonly string[];
  readonly fields: readonly {
    readonly name: string;
    readonly of: 'task' | 'process';
    readonly atFork: 'clear' | 'copy';
    readonly atExec: 'clear' | 'keep';
  }[];
  /** Kinds of data that calls ask for; is what was taken put back for a call that is made again? */
  readonly asks: readonly string[];
  readonly restarts: boolean;
}

/** @param patches texts of the patches that a design is made of */
export function hooksOf(patches: readonly string[]): Hooks {
  const files = patches.flatMap(addedByFile);
  const added = (file: RegExp) =>
    files.flatMap(({ name, lines }) => (file.test(name) ? lines : [])).join('\n');
  const all = added(/./);
  const fieldsIn = (file: RegExp, of: 'task' | 'process') =>
    names(added(file), /^\tstruct syscall_data\s+\*(\w+);/gm).map((name) => ({
      ...{ name, of },
      // A process begins with an empty signal_struct: copy_signal().
      atFork: of === 'process' || all.includes(`${name}_fork(`) ? ('clear' as const) : 'copy',
      atExec: all.includes(`${name}_exec(`) ? ('clear' as const) : 'keep',
    }));
  return {
    syscalls: names(added(/syscall_64\.tbl$/), /^\d+\tcommon\t(\w+)/gm),
    files: names(added(/fs\/proc\/base\.c$/), /^\tNOD\("(\w+)"/gm),
    fields: [
      ...fieldsIn(/include\/linux\/sched\.h$/, 'task'),
      ...fieldsIn(/include\/linux\/sched\/signal\.h$/, 'process'),
    ] as Hooks['fields'],
    asks: [...new Set(names(all, /syscall_data_wanted\(SYSCALL_DATA_(\w+)\)/g))]
      .map((name) => name.toLowerCase())
      .sort(),
    restarts: /static bool put_back\(/.test(all),
  };
}

const names = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].flatMap(([, name]) => (name === undefined ? [] : [name]));

function addedByFile(patch: string): { name: string; lines: string[] }[] {
  return patch
    .split(/^diff --git /m)
    .slice(1)
    .map((part) => ({
      name: /^\+\+\+ b\/(\S+)/m.exec(part)?.[1] ?? '',
      lines: part
        .split('\n')
        .filter((line) => /^\+(?!\+\+ )/.test(line))
        .map((line) => line.slice(1)),
    }));
}
