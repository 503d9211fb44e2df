// SPDX-License-Identifier: MIT
/**
 * "Restored with the same state, e.g. in terms of pid of last operation": what each design does
 * when that pid is of a process that is dead. Since 2.6.26 the kernel keeps a struct pid there and
 * not a number, so the number alone no longer finds it. Run, not asserted: a task of a nested pid
 * namespace restores a queue last sent to by a dead process, and both namespaces look at it.
 */
import { formatResult } from '../core/kernel/errno.ts';
import { CLONE_NEWPID, IPC_CREAT, IPC_PRIVATE, IPC_SET, IPC_STAT } from '../core/kernel/flags.ts';
import { getStruct, MSQID_DS, putStruct } from '../core/kernel/memory.ts';
import { directBy } from '../core/kernel/scenario.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../core/kernel/syscall.ts';
import { ModelKernel } from '../core/model/kernel.ts';
import { runInit } from '../core/model/run.ts';
import type { DeadPidRow } from './rows.ts';

/** A number that no process of the run has. */
const DEAD = 4711;
const QUEUE = 0;

export function deadPidRow(strategy: Strategy): DeadPidRow {
  const direct = directBy(strategy.caller);
  function* look({ memory }: Caller): Program {
    const address = putStruct(memory, MSQID_DS, {});
    const result = yield sys('msgctl', QUEUE, IPC_STAT, address);
    return result < 0 ? result : (getStruct(memory, address, MSQID_DS).lspid ?? 0);
  }
  const seen = { inner: 0, outer: 0 };
  const kernel = new ModelKernel(strategy.kernel, {
    *outer(me) {
      yield sys('clone', CLONE_NEWPID, 'inner');
      yield sys('wait4', -1, 0, 0);
      seen.outer = yield* look(me);
      return 0;
    },
    *inner(me) {
      const id = yield sys('msgget', IPC_PRIVATE, IPC_CREAT | 0o600);
      const buffer = putStruct(me.memory, MSQID_DS, { mode: 0o600, qbytes: 16384 });
      const set = sys('msgctl', id, IPC_SET, buffer);
      const restored = yield* direct(me, { kind: 'msg_state', values: [DEAD, 0, 0, 0, 0] }, set);
      seen.inner = restored < 0 ? restored : yield* look(me);
      return yield sys('exit_group', 0);
    },
  });
  runInit(kernel, 'outer');
  const shown =
    seen.inner < 0
      ? `refused: ${formatResult(seen.inner)}`
      : `${seen.inner} in its namespace, ${seen.outer} from outside`;
  return { strategy: strategy.name, wanted: DEAD, shown };
}
