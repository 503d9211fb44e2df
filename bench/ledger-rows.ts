// SPDX-License-Identifier: MIT
/**
 * Lane model, exact: the kernel work of one call, plain and directed, whole and by phase. Never of a
 * kernel.
 *
 * The second of two equal calls is counted, so that what a caller prepares once (a kept descriptor)
 * is not. It asks for a number DISTANCE beyond the last that was given, which makes a difference to
 * those who make and delete objects until the number comes up, and to nobody else.
 */
import type { Directable, Want, WantKind } from '../core/kernel/directed.ts';
import {
  CLONE_FILES,
  CLONE_SIGHAND,
  CLONE_VM,
  IPC_CREAT,
  IPC_PRIVATE,
  IPC_SET,
} from '../core/kernel/flags.ts';
import {
  eachPhase,
  emptyPhases,
  LEDGER_ENTRIES,
  type Phases,
  phasesSince,
  sumOf,
} from '../core/kernel/ledger.ts';
import { MSQID_DS, putStruct, SEMID_DS, SHMID_DS } from '../core/kernel/memory.ts';
import { CHILD } from '../core/kernel/scenario.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { type Caller, type Program, sys } from '../core/kernel/syscall.ts';
import { ModelKernel } from '../core/model/kernel.ts';
import { runInit } from '../core/model/run.ts';
import { type Entrant, entrants } from './entrants.ts';
import type { LedgerEntry, SparsePhases } from './rows.ts';
import { CHILDREN, FIRST, mustBe, wantOf } from './subjects.ts';

interface Counted {
  readonly call: string;
  readonly kind: WantKind;
  /** The call, on an object of its own if it needs one. */
  prepare(me: Caller): Program<Directable>;
  /** Of the two rounds. */
  readonly wants: readonly [Want, Want];
}

const DISTANCE = 32;
const CREATE = IPC_CREAT | 0o600;
/** As a thread, but one that can be killed by itself. */
const SHARED = CLONE_VM | CLONE_FILES | CLONE_SIGHAND;

function numbered(call: string, kind: WantKind, directable: Directable): Counted {
  return {
    call,
    kind,
    *prepare() {
      return directable;
    },
    wants: [wantOf(kind, FIRST), wantOf(kind, FIRST + DISTANCE)],
  };
}

function stateful(
  call: string,
  kind: WantKind,
  prepare: Counted['prepare'],
  values: readonly number[],
): Counted {
  const want: Want = { kind, values };
  return { call, kind, prepare, wants: [want, want] };
}

const COUNTED: readonly Counted[] = [
  numbered('fork', 'pid', sys('fork', CHILD)),
  numbered('clone', 'pid', sys('clone', SHARED, CHILD)),
  numbered('msgget', 'msg', sys('msgget', IPC_PRIVATE, CREATE)),
  numbered('semget', 'sem', sys('semget', IPC_PRIVATE, 1, CREATE)),
  numbered('shmget', 'shm', sys('shmget', IPC_PRIVATE, 4096, CREATE)),
  stateful(
    'msgctl IPC_SET',
    'msg_state',
    function* ({ memory }) {
      const id = yield sys('msgget', IPC_PRIVATE, CREATE);
      return sys('msgctl', id, IPC_SET, putStruct(memory, MSQID_DS, { mode: 0o600, qbytes: 1 }));
    },
    [1, 1, 2, 2, 2],
  ),
  stateful(
    'semctl IPC_SET',
    'sem_state',
    function* ({ memory }) {
      const id = yield sys('semget', IPC_PRIVATE, 1, CREATE);
      return sys('semctl', id, 0, IPC_SET, putStruct(memory, SEMID_DS, { mode: 0o600 }));
    },
    [2, 2, 1],
  ),
  stateful(
    'shmctl IPC_SET',
    'shm_state',
    function* ({ memory }) {
      const id = yield sys('shmget', IPC_PRIVATE, 4096, CREATE);
      return sys('shmctl', id, IPC_SET, putStruct(memory, SHMID_DS, { mode: 0o600 }));
    },
    [1, 1, 2, 2, 2],
  ),
];

/** A row for each call and entrant; none where a design can't direct the call. */
export function ledgerRows(strategies: readonly Strategy[]): LedgerEntry[] {
  return COUNTED.flatMap((counted) =>
    entrants(strategies)
      .filter(({ takes }) => takes(counted.kind))
      .map((entrant) => {
        const phases = count(counted, entrant);
        return {
          call: counted.call,
          by: entrant.by,
          mode: entrant.mode,
          ledger: sumOf(Object.values(phases)),
          phases: sparse(phases),
        };
      }),
  );
}

function count({ call, prepare, wants }: Counted, { by, half, direct }: Entrant): Phases {
  let phases: Phases = emptyPhases();
  const kernel: ModelKernel = new ModelKernel(half, {
    ...CHILDREN,
    *twice(me) {
      const prepared = yield* prepare(me);
      for (const want of wants) {
        const before = kernel.phases();
        const result = direct === null ? yield prepared : yield* direct(me, want, prepared);
        phases = phasesSince(kernel.phases(), before);
        const [wanted = 0] = want.values;
        const isRight =
          direct === null || want.kind.endsWith('_state') ? result >= 0 : result === wanted;
        mustBe(isRight, `${call} by ${by}`, result);
      }
      return 0;
    },
  });
  runInit(kernel, 'twice');
  return phases;
}

const sparse = (phases: Phases): SparsePhases =>
  eachPhase((phase) => {
    const row = phases[phase];
    const nonZero = LEDGER_ENTRIES.filter((entry) => row[entry] !== 0);
    return Object.fromEntries(nonZero.map((entry) => [entry, row[entry]]));
  });
