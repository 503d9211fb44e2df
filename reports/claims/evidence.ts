// SPDX-License-Identifier: MIT
/** What was measured, by name, for whoever judges by it. */
import type { LedgerEntry, Measured, RaceRow, StrategyRow } from '../result.ts';

/** Thrown where this run left out the design, scenario or capture that is asked for. */
export class LeftOut extends Error {}

/** What became of the hazards that a strategy was asked about. */
export interface Hazards {
  readonly asked: number;
  /** Names of those that it fails in some interleaving. */
  readonly failed: readonly string[];
  /** Those of them that a single-purpose restarter can meet. */
  readonly inRestarter: readonly string[];
}

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
    const { verdict, counterexample } = this.race(scenario, strategy);
    if (counterexample !== null) return false;
    return verdict.kind === 'EXHAUSTIVE' ? true : null;
  }

  hazards(strategy: string): Hazards {
    const rows = this.measured.races.filter(
      (row) => row.strategy === strategy && row.scenarioKind === 'hazard',
    );
    if (rows.length === 0) throw new LeftOut();
    const failed = rows.filter((row) => row.counterexample !== null);
    return {
      asked: rows.length,
      failed: failed.map((row) => row.scenario),
      inRestarter: failed.filter((row) => row.context === 'restarter').map((row) => row.scenario),
    };
  }

  /** Names of the virtues that a strategy has. */
  virtues(strategy: string): string[] {
    this.strategy(strategy);
    return this.measured.races
      .filter((row) => row.strategy === strategy && row.scenarioKind === 'virtue')
      .filter((row) => row.counterexample === null)
      .map((row) => row.scenario);
  }

  restored(strategy: string): { readonly restored: number; readonly of: number } {
    const rows = this.restarts(strategy);
    return { restored: rows.filter((row) => row.end.kind === 'restored').length, of: rows.length };
  }

  /** The call at which a restart by a strategy was first refused; null if none was. */
  refusedAt(strategy: string): string | null {
    for (const { end } of this.restarts(strategy)) if (end.kind === 'refused') return end.call;
    return null;
  }

  private restarts(strategy: string): Measured['restarts'][number]['rows'] {
    const rows = this.measured.restarts
      .flatMap((table) => table.rows)
      .filter((row) => row.strategy === strategy);
    if (rows.length === 0) throw new LeftOut();
    return rows;
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new LeftOut();
  return value;
}
