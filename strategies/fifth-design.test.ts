// SPDX-License-Identifier: MIT
/** A fifth design is one new file: this writes one into a directory of its own and compares it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerRows } from '../bench/ledger-rows.ts';
import { CAPTURES, readCapture } from '../cli/choose.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { restart } from '../core/restart/restart.ts';
import { CHECKS } from '../properties/checks.ts';
import { loadStrategies } from './index.ts';

/** The argument rides in the upper half of a flags register, as clone3 might have had it in 2008. */
const source = (root: string) => `
import { PREEMPT } from '${root}core/explore/thread.ts';
import { fail } from '${root}core/kernel/errno.ts';
import type { Strategy } from '${root}core/kernel/strategy.ts';
import { type Syscall, sys } from '${root}core/kernel/syscall.ts';
import { copyRecord, putRecord, recordBytes } from '${root}strategies/fields/want-record.ts';

declare module '${root}core/kernel/syscall.ts' {
  interface SyscallTable {
    mailbox: [address: number];
  }
}
declare module '${root}core/kernel/strategy.ts' {
  interface TaskFields {
    mailbox: number;
  }
}

/** A mailbox in user memory, registered once: the kernel looks into it at each directed call. */
export const mailbox: Strategy = {
  name: 'mailbox',
  order: 5,
  summary: 'a registered word of user memory points at the argument of the next call',
  kind: 'design',
  form: 'best form',
  caller: {
    *prepare(me) {
      const box = me.memory.allocate(8);
      const registered = yield sys('mailbox', box);
      return registered < 0 ? registered : box;
    },
    *direct(me, want, call: Syscall, box) {
      if (box < 0) return box;
      const record = putRecord(me, want);
      me.memory.store(box, record * 1024 + want.values.length);
      const result = yield call;
      me.memory.store(box, 0);
      return result;
    },
  },
  kernel: {
    taskFields: { mailbox: { initial: 0, atFork: 'clear', atExec: 'clear' } },
    asked: {
      askedIn: 'call',
      wanted(kernel, current, kind) {
        kernel.ledger.fieldOps++;
        const box = current.field('mailbox').v;
        const letter = box === 0 ? null : kernel.copyFromUser(current, box, 8, 1);
        const word = letter?.[0] ?? 0;
        if (word === 0) return null;
        const bytes = recordBytes(word % 1024);
        const want = copyRecord(kernel, current, Math.floor(word / 1024), bytes);
        return typeof want === 'number' || want.kind !== kind ? null : want;
      },
    },
    syscalls: {
      *mailbox(kernel, current, address) {
        if (kernel.copyFromUser(current, address, 8, 1) === null) return fail('EFAULT');
        yield PREEMPT;
        kernel.ledger.fieldOps++;
        current.field('mailbox').v = address;
        return 0;
      },
    },
  },
};
`;

describe('a fifth design', () => {
  let directory = '';
  let designs: Strategy[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sideband-fifth-'));
    await writeFile(join(directory, 'mailbox.ts'), source(new URL('../', import.meta.url).href));
    designs = await loadStrategies([
      new URL('./', import.meta.url),
      pathToFileURL(`${directory}/`),
    ]);
  });

  afterAll(() => rm(directory, { recursive: true }));

  const fifth = () => designs.find(({ name }) => name === 'mailbox') as Strategy;

  it('is found, and stands behind the four', () => {
    const names = designs.map(({ name }) => name);
    expect(names).toEqual(['with_id', 'procfs', 'setter', 'indirect', 'mailbox']);
  });

  it('restores a capture', async () => {
    const [path = ''] = CAPTURES;
    const { end } = restart(await readCapture(path), path, fifth()).result;
    expect(end.kind).toBe('restored');
  });

  it('has its work counted', () => {
    const rows = ledgerRows(designs).filter(({ by }) => by === 'mailbox');
    expect(rows.map(({ mode }) => mode)).toContain('directed');
    expect(rows.every(({ ledger }) => ledger.entries === 1)).toBe(true);
  });

  it('is judged as the others are: that it reads its argument late is found, in seven ways', () => {
    const { kernel, caller } = fifth();
    const wrong = CHECKS.flatMap((check) => {
      const found = check.run({ kernel, caller });
      return found === null ? [] : [`${check.name}: ${found}`];
    });
    expect(wrong).toMatchInlineSnapshot(`
      [
        "a handler between two calls finds nothing and leaves nothing: msgget asking for 2 gave 0, where 2 belongs; in: fork asking for 2 {  }; signal { semget asking for 2 }; msgget asking for 2",
        "a program without races ends as it does by with_id: call 6 gave 1 and -17; in: msgget asking for 2; signal { msgctl IPC_SET asking for 1 4711 10 20 30 }; msgget asking for 2",
        "the work of a program is the sum of the work of its calls: copied: 72, and 88 one by one; in: signal { msgget asking for 100 }; fork asking for 101 {  }",
        "handlers that strike at any point do not meet what they interrupt: a plain msgget gave -EEXIST; in: A: msgget asking for 101 | B: signal to the next; replay "A6 B3 A6"",
        "a fault leaves nothing behind: the directed call with a fault at argument 1 gave 1, where -EFAULT belongs",
        "what one task prepared arms no other: the child's directed call by an inherited descriptor gave 0, where -EACCES belongs",
        "what was checked of an argument is what is used: msg: 15 of 120 interleavings fail",
      ]
    `);
  });
});
