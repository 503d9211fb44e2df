// SPDX-License-Identifier: MIT
/** What was measured, by name, for whoever judges by it. */
import type { LedgerEntry, Measured, RaceRow, StrategyRow } from './result.ts';

/** Thrown where this run left out the design or capture that is asked for. */
export class LeftOut extends Error {}

export class Evidence {
  readonly measured: Measured;

  constructor(measured: Measured) {
    this.measured = measured;
  }

  strategy(name: string): StrategyRow {
    return found(this.measured.strategies.find((row) => row.name === name));
  }

  directed(call: string, by: string): LedgerEntry['ledger'] {
    const isIt = (row: LedgerEntry) =>
      row.call === call && row.by === by && row.mode === 'directed';
    return found(this.measured.ledger.find(isIt)).ledger;
  }

  /** Entries of the largest restart. */
  restartEntries(strategy: string): number {
    const rows = this.measured.restarts.flatMap((table) => table.rows);
    const entries = rows
      .filter((row) => row.strategy === strategy && row.variant === null)
      .map((row) => row.ledger.entries);
    return found(entries.length === 0 ? undefined : Math.max(...entries));
  }

  race(scenario: string, strategy: string): RaceRow {
    const isIt = (row: RaceRow) => row.scenario === scenario && row.strategy === strategy;
    return found(this.measured.races.find(isIt));
  }

  /** Does it hold in every interleaving of the scenario? Null if that is not known. */
  holds(scenario: string, strategy: string): boolean | null {
    const { verdict, failing } = this.race(scenario, strategy);
    return verdict.kind === 'EXHAUSTIVE' ? failing === '0' : null;
  }

  restored(strategy: string): { readonly restored: number; readonly of: number } {
    const rows = this.measured.restarts
      .flatMap((table) => table.rows)
      .filter((row) => row.strategy === strategy);
    if (rows.length === 0) throw new LeftOut();
    return { restored: rows.filter((row) => row.end.kind === 'restored').length, of: rows.length };
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new LeftOut();
  return value;
}
