// SPDX-License-Identifier: MIT
/** A published program on schedules that are drawn, with what they should find beside. */
import type { LitmusProgram } from '../core/explore/litmus/program.ts';
import { type LitmusSample, sampleLitmus } from '../core/explore/litmus/sample.ts';
import type { Sampling } from '../core/explore/sample.ts';
import type { Chance } from '../core/explore/sampling/chance.ts';
import { decimal, type Fraction } from '../core/explore/sampling/fraction.ts';
import { intervalOf } from '../core/explore/sampling/interval.ts';
import type { Sampler } from '../core/explore/sampling/samplers.ts';
import { formatSchedule } from '../core/explore/schedule.ts';
import { prose, type Section } from '../reports/document.ts';
import { type Common, deliver, prepare } from './deliver.ts';
import { EXIT } from './terminal.ts';

/** Exact fractions grow with the graph. */
const BUDGET = { maxStates: 20_000 };
const CONFIDENCE = 0.95;

export const SAMPLERS: readonly Sampler[] = ['URW', 'random walk', 'PCT(1)', 'PCT(2)', 'PCT(3)'];

export async function sampleAndReport(
  text: string,
  program: LitmusProgram,
  sampling: Sampling,
  options: Pick<Common, 'json' | 'out'>,
): Promise<void> {
  await prepare(options);
  const sample = sampleLitmus(program, sampling, BUDGET);
  await deliver('explore', options, [section(text, sampling, sample)], {
    // What no sample tells of all interleavings.
    interleavings: null,
    traces: null,
    blocked: null,
    states: null,
    transitions: null,
    ends: null,
    deadlocks: null,
    verdict: said(sampling),
    sampled: {
      by: sampling.by,
      deadlocked: sample.failing,
      probability: dataOf(sample.chance),
      example: exampleOf(sample),
    },
  });
  // A sample is what was asked for.
  process.exitCode = EXIT.ok;
}

const said = ({ runs, seed }: Sampling): string => `SAMPLED(${runs}, ${seed})`;

const exampleOf = ({ counterexample }: LitmusSample): string | null =>
  counterexample === null ? null : formatSchedule(counterexample);

function dataOf(chance: Chance | null) {
  if (chance === null) return null;
  const { kind, fraction } = chance;
  return { kind, fraction: asText(fraction), decimal: decimal(fraction) };
}

function section(text: string, sampling: Sampling, sample: LitmusSample): Section {
  const { runs, by } = sampling;
  const { low, high } = intervalOf(sample.failing, runs, CONFIDENCE);
  const example = exampleOf(sample);
  const points: [string, string][] = [
    ['Verdict', `${said(sampling)}, drawn by ${by}`],
    ['Deadlocks', `${sample.failing} of ${runs} runs, ${(sample.failing / runs).toFixed(3)}`],
    [
      'Probability',
      `from ${low.toFixed(3)} to ${high.toFixed(3)} by these runs, at 95 % confidence; ` +
        inWords(sample.chance),
    ],
    ...(example === null ? [] : [['Deadlock', `after ${example}`] as [string, string]]),
  ];
  return {
    title: 'SOME INTERLEAVINGS OF A PROGRAM',
    lane: 'model, sampled',
    blocks: [
      prose(text.trim().replaceAll(/\s+/g, ' ')),
      { kind: 'points', points },
      prose('No certificate: what was not drawn was not seen.'),
    ],
  };
}

function inWords(chance: Chance | null): string {
  if (chance === null) return 'not computed, as there are too many states';
  const { fraction } = chance;
  const number = `${decimal(fraction).toFixed(3)} (${asText(fraction)})`;
  return chance.kind === 'exactly'
    ? `exactly ${number} by the state graph`
    : `at least ${number} by the bound of PCT, if one of depth ${chance.depth} can be, of ` +
        `${chance.threads} threads and ${chance.steps} steps at most`;
}

const asText = ({ of, in: all }: Fraction): string => (all === 1n ? `${of}` : `${of}/${all}`);
