// SPDX-License-Identifier: MIT
/** The explorer by itself, on a published program. */
import type { Watch } from '../core/explore/budget.ts';
import {
  countLitmus,
  type Engine,
  type LitmusBudget,
  type LitmusCount,
} from '../core/explore/litmus/count.ts';
import { parseLitmus } from '../core/explore/litmus/program.ts';
import { promelaOf } from '../core/explore/litmus/promela.ts';
import type { Sampler } from '../core/explore/sampling/samplers.ts';
import { InputError } from '../core/input-error.ts';
import { type Block, prose, type Section } from '../reports/document.ts';
import { type Common, DEFAULT_SEED, deliver, prepare } from './actions.ts';
import { sampleAndReport } from './explore-sample.ts';
import { EXIT, print, say } from './terminal.ts';

const BUDGET: LitmusBudget = { maxStates: 1_000_000, maxExecutions: 1_000_000 };

interface Options extends Pick<Common, 'json' | 'out'> {
  readonly engine: Engine | 'sample';
  readonly promela?: boolean;
  /** These three are for engine `sample` only. */
  readonly runs?: number;
  readonly seed?: number;
  readonly sampler?: Sampler;
}

const RUNS = 1000;

export const exploreAndReport = (text: string, options: Options): Promise<void> =>
  exploreWithin(BUDGET, text, options);

export async function exploreWithin(
  budget: LitmusBudget,
  text: string,
  options: Options,
): Promise<void> {
  const program = parseLitmus(text);
  if (options.promela === true) {
    print(promelaOf(program));
    return;
  }
  const { engine, runs, seed, sampler } = options;
  if (engine === 'sample') {
    const sampling = { runs: runs ?? RUNS, seed: seed ?? DEFAULT_SEED, by: sampler ?? 'URW' };
    await sampleAndReport(text, program, sampling, options);
    return;
  }
  if (runs !== undefined || seed !== undefined || sampler !== undefined) {
    const option = runs !== undefined ? '--runs' : seed !== undefined ? '--seed' : '--sampler';
    throw new InputError(option, `engine ${engine} draws nothing`, 'give --engine sample too');
  }
  await prepare(options);
  const onProgress: Watch['onProgress'] = (done, what) => say(`${done} ${what}`);
  const count = countLitmus(program, engine, { ...budget, onProgress });
  const { ways, ...counted } = count;
  await deliver('explore', options, [section(text, count)], {
    ...counted,
    interleavings: count.interleavings?.toString() ?? null,
    verdict: said(count.verdict),
  });
  process.exitCode = count.verdict.kind === 'EXHAUSTIVE' ? EXIT.ok : EXIT.incomplete;
}

function said(verdict: LitmusCount['verdict']): string {
  switch (verdict.kind) {
    case 'EXHAUSTIVE':
      return 'EXHAUSTIVE';
    case 'SAMPLED':
      return `SAMPLED(${verdict.runs}, ${verdict.seed})`;
    case 'INCOMPLETE':
      return `INCOMPLETE(${verdict.reason}, ${verdict.seen})`;
  }
}

function section(text: string, count: LitmusCount): Section {
  const { interleavings, traces, blocked, states, transitions, ends, deadlocks } = count;
  const points: [string, string][] = [
    ['Verdict', said(count.verdict)],
    ['Interleavings', known(interleavings)],
    ['Traces', `${known(traces)}; ${known(blocked)} prefixes given up as part of others`],
    ['States', `${known(states)}, ${known(transitions)} transitions`],
    ['Ends', `${known(ends)} at which all are done, ${known(deadlocks)} deadlocks`],
  ];
  return {
    title: 'EVERY INTERLEAVING OF A PROGRAM',
    lane: 'model',
    blocks: [
      prose(text.trim().replaceAll(/\s+/g, ' ')),
      { kind: 'points', points },
      certificate(count),
    ],
  };
}

const known = (count: bigint | number | null): string => count?.toString() ?? '-';

function certificate({ ways }: LitmusCount): Block {
  const each = Object.entries(ways).map(([way, count]) => `${count} ${way}`);
  return each.length > 1
    ? prose(`Certificate: ${each.join(' = ')}.`)
    : prose('No certificate: it takes two ways to count that come to one number.');
}
