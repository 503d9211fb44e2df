// SPDX-License-Identifier: MIT
/**
 * How often the timed rule is wrong: this tree against itself, and against itself with 3 % more to do,
 * mixed evenly, each run with all that a gate's has: processes, blocks, a second round.
 * `node --import tsx bench/gate/prove.ts agent 400 100 FILE` makes four hundred of the one and a hundred
 * of the other, and puts what they come to into a file, a line each; it goes on with a file that has
 * some, and prints the tables of docs/gate.md.
 */
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judged, playRounds, type Rounds } from './against.ts';
import { type ProofRow, type ProofRun, proofOf, proofTables } from './proof.ts';
import type { Ratio } from './rule.ts';
import { openSection, SECTIONS } from './sections.ts';
import { isSlowerBy, USUAL } from './usual.ts';
import { CANDIDATE } from './versions.ts';

const SLOWER = 3;
const SEED = 200807;
const DIGITS = 4;

const [name, same = '', slower = '', file] = process.argv.slice(2);
const section = SECTIONS.find((one) => one === name);
if (section === undefined || !/^\d+$/.test(same) || !/^\d+$/.test(slower) || file === undefined) {
  throw new Error(`give one of ${SECTIONS.join(', ')}, how many runs of each kind, and a file`);
}
const count = Number(same) + Number(slower);
/** How many of so many runs are slower. */
const slowerOf = (runs: number): number => Math.floor((runs * Number(slower)) / count);

/** Of each row the times of the run before. */
const kept = new Map<string, readonly number[]>();

const whoSaysSlower = (base: readonly number[], candidate: readonly number[]) =>
  USUAL.filter((usual) => isSlowerBy[usual](base, candidate));
const rounded = (value: number): number => Number(value.toPrecision(DIGITS));
const endsOf = (ratio: Ratio | null): ProofRow['first'] =>
  ratio === null ? null : [rounded(ratio.low), rounded(ratio.high)];

const inShort = ({ more, seconds, rows }: ProofRun): string =>
  `+${more} %, ${seconds.toFixed(1)} s, ${rows.map(({ verdict, blocks }) => `${verdict} ${blocks}`).join(', ')}`;

const had = await readFile(file, 'utf8').catch(() => '');
const scratch = await mkdtemp(join(tmpdir(), 'sideband-prove-'));
try {
  for (let run = had.split('\n').length - 1; run < count; run++) {
    const line = await proofRun(run, slowerOf(run + 1) > slowerOf(run) ? SLOWER : 0);
    await appendFile(file, `${JSON.stringify(line)}\n`);
    process.stderr.write(`${run + 1} of ${count}: ${inShort(line)}\n`);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
process.stdout.write(proofTables(proofOf(await readFile(file, 'utf8'))));

async function proofRun(run: number, more: number): Promise<ProofRun> {
  if (section === undefined) throw new Error('no section');
  const begun = performance.now();
  const versions = { base: CANDIDATE, candidate: CANDIDATE, scratch, onProgress() {} };
  const opened = await openSection(section, versions);
  if ('leftOut' in opened) throw new Error(opened.leftOut);
  try {
    const rounds = await playRounds(opened.rows.shared, {
      ...opened,
      ...{ seed: SEED + 2 * run, more },
      onBlock() {},
      stopIfInterrupted() {},
    });
    const seconds = rounded((performance.now() - begun) / 1000);
    return { run, more, seconds, rows: rowsOf(rounds) };
  } finally {
    opened.end();
  }
}

function rowsOf(rounds: Rounds): ProofRow[] {
  const judgement = judged(rounds, { added: [], removed: [] });
  return rounds.first.map(({ row: { name }, blocks, judgement: { ratio }, rounds: times }) => {
    const before = kept.get(name);
    kept.set(name, times.base);
    const second = rounds.again?.find(({ row }) => row.name === name);
    return {
      name,
      verdict:
        judgement.kind === 'void'
          ? 'void'
          : (judgement.rows.find((row) => row.name === name)?.verdict ?? 'noisy'),
      blocks,
      first: endsOf(ratio),
      second: endsOf(second?.judgement.ratio ?? null),
      now: whoSaysSlower(times.base, times.candidate),
      kept: before === undefined ? null : whoSaysSlower(before, times.candidate),
    };
  });
}
