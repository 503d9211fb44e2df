// SPDX-License-Identifier: MIT
/**
 * The exact kernel work of one call, plain and directed. The second of two equal calls is counted,
 * so that what a caller prepares once (a kept descriptor) is not.
 */
import type { Directable, Want } from '../core/kernel/directed.ts';
import { formatResult } from '../core/kernel/errno.ts';
import { IPC_CREAT, IPC_PRIVATE, IPC_SET } from '../core/kernel/flags.ts';
import { emptyLedger, type LedgerRow, ledgerSince } from '../core/kernel/ledger.ts';
import { MSQID_DS, putStruct } from '../core/kernel/memory.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../core/kernel/syscall.ts';
import { ModelKernel } from '../core/model/kernel.ts';
import { runInit } from '../core/model/run.ts';
import { type Entrant, entrants } from './entrants.ts';
import type { LedgerEntry } from './rows.ts';

interface Counted {
  readonly call: string;
  /** The call, and the wants of its two rounds. */
  prepare(me: Caller): Program<Directable>;
  readonly wants: readonly [Want, Want];
}

const CREATE = IPC_CREAT | 0o600;

function* made<T>(value: T): Program<T> {
  return value;
}

const COUNTED: readonly Counted[] = [
  {
    call: 'fork',
    prepare: () => made(sys('fork', 'child')),
    wants: [
      { kind: 'pid', values: [1000] },
      { kind: 'pid', values: [1001] },
    ],
  },
  {
    call: 'msgget',
    prepare: () => made(sys('msgget', IPC_PRIVATE, CREATE)),
    wants: [
      { kind: 'msg', values: [1000] },
      { kind: 'msg', values: [1001] },
    ],
  },
  {
    call: 'semget',
    prepare: () => made(sys('semget', IPC_PRIVATE, 1, CREATE)),
    wants: [
      { kind: 'sem', values: [1000] },
      { kind: 'sem', values: [1001] },
    ],
  },
  {
    call: 'shmget',
    prepare: () => made(sys('shmget', IPC_PRIVATE, 4096, CREATE)),
    wants: [
      { kind: 'shm', values: [1000] },
      { kind: 'shm', values: [1001] },
    ],
  },
  {
    call: 'msgctl IPC_SET',
    *prepare({ memory }) {
      const id = yield sys('msgget', IPC_PRIVATE, CREATE);
      return sys('msgctl', id, IPC_SET, putStruct(memory, MSQID_DS, { mode: 0o600, qbytes: 1 }));
    },
    wants: [
      { kind: 'msg_state', values: [1, 1, 1, 1, 1] },
      { kind: 'msg_state', values: [1, 1, 2, 2, 2] },
    ],
  },
];

export function ledgerRows(strategies: readonly Strategy[]): LedgerEntry[] {
  return COUNTED.flatMap((counted) =>
    entrants(strategies).map((entrant) => ({
      call: counted.call,
      by: entrant.by,
      mode: entrant.mode,
      ledger: count(counted, entrant),
    })),
  );
}

function count({ call, prepare, wants }: Counted, { by, half, direct }: Entrant): LedgerRow {
  let ledger: LedgerRow = emptyLedger();
  const kernel: ModelKernel = new ModelKernel(half, {
    *twice(me) {
      const prepared = yield* prepare(me);
      for (const want of wants) {
        const before = { ...kernel.ledger };
        const result = direct === null ? yield prepared : yield* direct(me, want, prepared);
        ledger = ledgerSince(kernel.ledger, before);
        const [wanted = 0] = want.values;
        const isRight =
          direct === null || want.kind === 'msg_state' ? result >= 0 : result === wanted;
        if (!isRight) throw new Error(`${call} by ${by} gave ${formatResult(result)}`);
      }
      return 0;
    },
    *child() {
      return yield sys('exit_group', 0);
    },
  });
  runInit(kernel, 'twice');
  return ledger;
}
