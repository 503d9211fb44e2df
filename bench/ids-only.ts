// SPDX-License-Identifier: MIT
/**
 * Is an id enough? A restart that directs every id and lets the kernel choose the state of IPC
 * objects: what then differs is what "restored with the same state" asks for beyond an id.
 */
import type { Strategy } from '../core/kernel/strategy.ts';
import type { Capture } from '../core/restart/capture.ts';
import { restart } from '../core/restart/restart.ts';
import type { IdsOnlyRow } from './rows.ts';

/** Null for a capture that carries no state: nothing could differ. */
export function idsOnlyRow(strategy: Strategy, name: string, capture: Capture): IdsOnlyRow | null {
  const { msg, sem, shm } = capture.ipc;
  if ([...msg, ...sem, ...shm].every(({ state }) => state === undefined)) return null;
  const { end } = restart(capture, name, idsOnly(strategy)).result;
  return {
    strategy: strategy.name,
    capture: name,
    differs: end.kind === 'different' ? end.difference.place : null,
  };
}

function idsOnly(strategy: Strategy): Strategy {
  const { caller } = strategy;
  return {
    ...strategy,
    caller: {
      ...caller,
      *direct(me, want, call, prepared) {
        return want.kind.endsWith('_state')
          ? yield call
          : yield* caller.direct(me, want, call, prepared);
      },
    },
  };
}
