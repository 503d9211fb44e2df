// SPDX-License-Identifier: MIT
/** What was measured, by name, for whoever judges by it. */
import { type Asked, asked } from '../hazards.ts';
import type { LedgerEntry, Measured, RaceRow, RestartTable, StrategyRow } from '../result.ts';
import type { CostsResult } from '../schema/costs.ts';

/** Thrown where this run left out the design, scenario or capture that is asked for. */
export class LeftOut extends Error {}

/** Thrown where it is not known whether something holds in every interleaving. */
export class NotExhaustive extends Error {}

type RestartRow = RestartTable['rows'][number];

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

  /** Kernel entries of each directed call that was counted, the same number once. */
  entries(by: string): number[] {
    const rows = this.measured.ledger.filter((row) => row.by === by && row.mode === 'directed');
    if (rows.length === 0) throw new LeftOut();
    return [...new Set(rows.map((row) => row.ledger.entries))];
  }

  /** Figures of the guest, from the reference. */
  costs(): CostsResult {
    const { costs } = this.measured;
    if (costs === null) throw new LeftOut();
    return costs;
  }

  race(scenario: string, strategy: string): RaceRow {
    const isIt = (row: RaceRow) => row.scenario === scenario && row.strategy === strategy;
    return found(this.measured.races.find(isIt));
  }

  /** Does it hold in every interleaving of the scenario? */
  holds(scenario: string, strategy: string): boolean {
    const { verdict, counterexample } = this.race(scenario, strategy);
    if (counterexample !== null) return false;
    if (verdict.kind !== 'EXHAUSTIVE') throw new NotExhaustive();
    return true;
  }

  hazards(strategy: string, context: RaceRow['context'] | null = null): Asked {
    return this.settled(asked(this.measured.races, strategy, 'hazard', context));
  }

  /** None asked of a design that can not direct what was never changed. */
  virtues(strategy: string): Asked {
    this.strategy(strategy);
    return this.settled(asked(this.measured.races, strategy, 'virtue'), 0);
  }

  private settled(all: Asked, least = 1): Asked {
    if (all.asked < least) throw new LeftOut();
    if (all.unsettled > 0) throw new NotExhaustive();
    return all;
  }

  /** Names of all scenarios that both strategies were asked about. */
  askedOfBoth(one: string, other: string): string[] {
    const of = (name: string) => this.measured.races.filter((row) => row.strategy === name);
    const others = new Set(of(other).map((row) => row.scenario));
    return of(one)
      .map((row) => row.scenario)
      .filter((scenario) => others.has(scenario));
  }

  /** How many captures came back by every caller half of a strategy and any number of workers. */
  restored(strategy: string): { readonly restored: number; readonly of: number } {
    const tables = this.measured.restarts
      .map(({ rows }) => rows.filter((row) => row.strategy === strategy))
      .filter((rows) => rows.length > 0);
    if (tables.length === 0) throw new LeftOut();
    const isRestored = ({ end }: RestartRow) => end.kind === 'restored';
    return { restored: tables.filter((rows) => rows.every(isRestored)).length, of: tables.length };
  }

  /** The capture of most tasks, and what its restart by the fewest workers took. */
  largestRestart(strategy: string): { readonly table: RestartTable; readonly row: RestartRow } {
    const [table] = [...this.measured.restarts].sort((a, b) => b.tasks - a.tasks);
    const rows = (table?.rows ?? []).filter(
      (row) => row.strategy === strategy && row.variant === null && row.end.kind === 'restored',
    );
    const [row] = rows.sort((a, b) => a.workers - b.workers);
    return { table: found(table), row: found(row) };
  }
}

export function found<T>(value: T | undefined): T {
  if (value === undefined) throw new LeftOut();
  return value;
}
