// SPDX-License-Identifier: MIT
/** The explorer by itself, on a published program. */
import type { Engine, LitmusCount } from '../core/explore/litmus/count.ts';
import { parseLitmus } from '../core/explore/litmus/program.ts';
import { promelaOf } from '../core/explore/litmus/promela.ts';
import type { Sampler } from '../core/explore/sampling/samplers.ts';
import { formatVerdict } from '../core/explore/verdict.ts';
import { InputError } from '../core/input-error.ts';
import { type Block, prose, type Section } from '../reports/document.ts';
import { renderSections } from '../reports/text.ts';
import { type Common, DEFAULT_SEED, deliver, prepare } from './deliver.ts';
import { sampleAndReport } from './explore-sample.ts';
import { withWorkers } from './pool.ts';
import { EXIT, Interrupted, print, wasInterrupted } from './terminal.ts';

const BUDGET = { maxStates: 1_000_000, maxExecutions: 1_000_000 };

interface Options extends Pick<Common, 'json' | 'out'> {
  readonly engine: Engine | 'sample';
  readonly bound?: number;
  readonly memory: number;
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
  budget: typeof BUDGET,
  text: string,
  options: Options,
): Promise<void> {
  const program = parseLitmus(text);
  if (options.promela === true) {
    print(promelaOf(program));
    return;
  }
  const { engine, bound, memory, runs, seed, sampler } = options;
  if (engine === 'sample') {
    refuse('--bound', bound, 'a sample has no bound', 'choose one of the two');
    const sampling = { runs: runs ?? RUNS, seed: seed ?? DEFAULT_SEED, by: sampler ?? 'URW' };
    await sampleAndReport(text, program, sampling, options);
    return;
  }
  for (const [option, value] of Object.entries({ runs, seed, sampler })) {
    refuse(`--${option}`, value, `engine ${engine} draws nothing`, 'give --engine sample too');
  }
  if (engine === 'dpor') {
    refuse('--bound', bound, 'traces know no bound', 'give --engine graph');
  }
  await prepare(options);
  const count = await withWorkers(memory, (workers) =>
    workers.count({ does: 'count', program: text, engine, ...budget, preemptions: bound ?? null }),
  );
  const sections = [section(text, count)];
  if (wasInterrupted()) {
    // What is on file may be more.
    print(renderSections(sections));
    throw new Interrupted();
  }
  const { ways, atLeast, ...counted } = count;
  await deliver('explore', options, sections, {
    ...counted,
    interleavings: count.interleavings?.toString() ?? null,
    verdict: formatVerdict(count.verdict),
  });
  process.exitCode = count.verdict.kind === 'INCOMPLETE' ? EXIT.incomplete : EXIT.ok;
}

function refuse(option: string, value: unknown, why: string, instead: string): void {
  if (value !== undefined) throw new InputError(option, why, instead);
}

function section(text: string, count: LitmusCount): Section {
  const { interleavings, traces, blocked, verdict, atLeast } = count;
  const known = (of: keyof LitmusCount['atLeast']): string => {
    const [whole, seen] = [count[of], atLeast[of]];
    return whole !== null ? String(whole) : seen > 0 ? `at least ${seen}` : '-';
  };
  const share =
    traces === null || blocked === null
      ? ''
      : `, ${((100 * blocked) / (traces + blocked)).toFixed(1)} % of all executions`;
  const points: [string, string][] = [
    ['Verdict', formatVerdict(verdict)],
    ['Interleavings', `${interleavings ?? '-'}${within(verdict)}`],
    [
      'Traces',
      `${known('traces')}; ${known('blocked')} prefixes given up as part of others${share}`,
    ],
    ['States', `${known('states')}, ${known('transitions')} transitions`],
    ['Ends', `${known('ends')} at which all are done, ${known('deadlocks')} deadlocks`],
  ];
  return {
    title: verdict.kind === 'EXHAUSTIVE' ? 'EVERY INTERLEAVING OF A PROGRAM' : 'A PROGRAM',
    lane: 'model',
    blocks: [
      prose(text.trim().replaceAll(/\s+/g, ' ')),
      { kind: 'points', points },
      certificate(count),
    ],
  };
}

const within = (verdict: LitmusCount['verdict']): string =>
  verdict.kind === 'BOUNDED' ? `, those with at most ${verdict.preemptions} preemptions` : '';

function certificate({ ways }: LitmusCount): Block {
  const each = Object.entries(ways).map(([way, count]) => `${count} ${way}`);
  return each.length > 1
    ? prose(`Certificate: ${each.join(' = ')}.`)
    : prose('No certificate: it takes two ways to count that come to one number.');
}
