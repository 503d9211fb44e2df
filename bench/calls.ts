// SPDX-License-Identifier: MIT
/**
 * Lane model, exact: what a directed call costs among many, where something is prepared once and
 * kept. Never of a kernel. One thread, one kernel; each call asks for the next number.
 */
import { LEDGER_ENTRIES, type LedgerRow } from '../core/kernel/ledger.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { ModelKernel } from '../core/model/kernel.ts';
import { runInit } from '../core/model/run.ts';
import { type Entrant, users } from './entrants.ts';
import { Frame } from './frame.ts';
import type { BreakEven, CallsRow } from './rows.ts';
import { CHILDREN, FIRST, mustBe, subjectFor, wantOf } from './subjects.ts';

export const CALLS: readonly number[] = [1, 10, 100, 1000];
const MOST = Math.max(...CALLS);

/** A caller and the work of its first call, its first two, and so on. */
interface Sum {
  readonly call: string;
  readonly by: string;
  readonly ledgers: readonly LedgerRow[];
}

export function callsRows(strategies: readonly Strategy[]): {
  readonly calls: CallsRow[];
  readonly breakEvens: BreakEven[];
} {
  const sums = users(strategies).flatMap((entrant) => sum(entrant) ?? []);
  const calls = sums.flatMap(({ call, by, ledgers }) =>
    CALLS.flatMap((n) => {
      const ledger = ledgers[n - 1];
      return ledger === undefined ? [] : [{ call, by, calls: n, ledger }];
    }),
  );
  return { calls, breakEvens: breakEvens(sums) };
}

function sum(entrant: Entrant): Sum | null {
  const { by, half, direct } = entrant;
  const subject = subjectFor(entrant);
  if (subject === null || direct === null) return null;
  const { kind, call } = subject;
  const ledgers: LedgerRow[] = [];
  const kernel: ModelKernel = new ModelKernel(half, {
    ...CHILDREN,
    *many({ memory }) {
      const frame = new Frame(memory);
      for (let number = FIRST; number < FIRST + MOST; number++) {
        const result = yield* direct(frame, wantOf(kind, number), call);
        mustBe(result === number, `${call.name} by ${by}`, result);
        ledgers.push({ ...kernel.ledger });
        frame.pop();
      }
      return 0;
    },
  });
  runInit(kernel, 'many');
  return { call: call.name, by, ledgers };
}

/** procfs with a kept descriptor against setter, which is its rival without a file. */
function breakEvens(sums: readonly Sum[]): BreakEven[] {
  const kept = sums.find(({ by }) => by === 'procfs (kept)');
  const setter = sums.find(({ by }) => by === 'setter');
  if (kept === undefined || setter === undefined) return [];
  return LEDGER_ENTRIES.map((entry) => {
    const isDearer = kept.ledgers.map(
      (ledger, n) => ledger[entry] > (setter.ledgers[n]?.[entry] ?? 0),
    );
    const last = isDearer.lastIndexOf(true);
    return {
      by: kept.by,
      against: setter.by,
      entry,
      from: last === MOST - 1 ? null : last + 2,
      within: MOST,
    };
  });
}
