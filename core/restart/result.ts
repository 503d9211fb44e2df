// SPDX-License-Identifier: MIT
/** What a restart on the model kernel came to. */
import type { LedgerRow } from '../kernel/ledger.ts';

/** The first field in which the restored system is not the captured one. */
export interface Difference {
  /** As in the capture: "tasks[3].pgid", "ipc.msg[0].state.lspid". */
  readonly place: string;
  readonly captured: string;
  readonly restored: string;
}

export type RestartEnd =
  | { readonly kind: 'restored'; readonly fields: number }
  | { readonly kind: 'different'; readonly difference: Difference }
  /** A call of the restart was refused: which, for what, and with what result ("-EEXIST"). */
  | {
      readonly kind: 'refused';
      readonly call: string;
      readonly purpose: string;
      readonly result: string;
    }
  | { readonly kind: 'stuck'; readonly waiting: string };

export interface RestartResult {
  readonly strategy: string;
  /** Name of the caller half, where it is not the strategy's own. */
  readonly variant: string | null;
  /** Threads of a task that forked its children at once, and restored IPC objects. */
  readonly workers: number;
  readonly end: RestartEnd;
  /** Directed calls made, and all calls made. */
  readonly directed: number;
  readonly ledger: LedgerRow;
}
