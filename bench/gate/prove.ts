// SPDX-License-Identifier: MIT
/**
 * How often the rule is wrong, live: this tree against itself, and against itself with 3 % more to do.
 * `node --import tsx bench/gate/prove.ts agent 100` makes a hundred runs of each, in turns, and prints
 * what they come to; docs/gate.md has what came of it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TimedSection, timeAgainst } from './against.ts';
import { SECTIONS } from './sections.ts';
import { CANDIDATE } from './versions.ts';

const SLOWER = 3;
const SEED = 200807;

const [name, text] = process.argv.slice(2);
const section = SECTIONS.find((one) => one === name);
const runs = Number(text);
if (section === undefined || !Number.isInteger(runs) || runs < 1) {
  throw new Error(`give one of ${SECTIONS.join(', ')}, and how many runs`);
}

/** Rows by verdict, runs that were void, seconds. */
class Tally {
  readonly verdicts: Record<string, number> = {};
  void = 0;
  runs = 0;
  seconds = 0;
  rows = 0;

  add(timed: TimedSection, seconds: number): void {
    this.runs++;
    this.seconds += seconds;
    if (timed.kind === 'void') this.void++;
    if (timed.kind !== 'judged') return;
    this.rows += timed.rows.length;
    for (const { verdict } of timed.rows) {
      this.verdicts[verdict] = (this.verdicts[verdict] ?? 0) + 1;
    }
  }

  toString(): string {
    const verdicts = Object.entries(this.verdicts).map(([verdict, count]) => `${verdict} ${count}`);
    const each = (this.seconds / Math.max(1, this.rows)).toFixed(1);
    return `${this.runs} runs, ${this.void} void; rows: ${verdicts.join(', ')}; ${each} s a row`;
  }
}

const scratch = await mkdtemp(join(tmpdir(), 'sideband-prove-'));
const tallies = { same: new Tally(), slower: new Tally() };
try {
  for (let run = 0; run < runs; run++) {
    for (const [which, more] of [
      ['same', 0],
      ['slower', SLOWER],
    ] as const) {
      const begun = performance.now();
      const timed = await timeAgainst(
        section,
        { base: CANDIDATE, candidate: CANDIDATE, scratch },
        { seed: SEED + 2 * run, more, onBlock() {}, stopIfInterrupted() {} },
      );
      tallies[which].add(timed, (performance.now() - begun) / 1000);
    }
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
