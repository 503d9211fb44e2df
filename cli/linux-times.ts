// SPDX-License-Identifier: MIT
/** What mainline's relatives of the designs cost on the kernel below. */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { playBlocks } from '../bench/host/blocks.ts';
import { conditions, readMachine } from '../bench/host/conditions.ts';
import { CONFIDENCE, figuresOf, overlap } from '../bench/host/figures.ts';
import { EXPERIMENTS, SUBJECTS } from '../bench/host/subjects.ts';
import { InputError } from '../core/input-error.ts';
import { prose } from '../reports/document.ts';
import { type TimesResult, type TimesRun, TimesSchema } from '../reports/schema/times.ts';
import { timesSection } from '../reports/sections/times.ts';
import { type Common, deliver, prepare } from './deliver.ts';
import { orWhyNot, startAgent } from './host.ts';
import { say, wasInterrupted } from './terminal.ts';

export interface Timing {
  readonly seed: number;
  /** So many blocks, or null: as many as fit into a few seconds. */
  readonly blocks: number | null;
  readonly onBlock: (done: number) => void;
}

/** The fewest that the confidence takes, and one. */
const LEAST = 9;
const MOST = 12;
const MILLISECONDS = 2500;

/** @throws InputError where there is no compiler, or the kernel forbids what the agent needs */
export async function timesHere({ seed, blocks, onBlock }: Timing): Promise<TimesRun> {
  const agent = await startAgent();
  try {
    const before = await readMachine();
    const played = await playBlocks(agent, SUBJECTS, {
      ...{ seed, onBlock, interrupted: wasInterrupted, milliseconds: MILLISECONDS },
      ...(blocks === null ? { most: MOST, least: LEAST } : { most: blocks, least: blocks }),
    });
    const after = await readMachine();
    return {
      kind: 'run',
      ...{ seed, blocks: played.blocks.length, confidence: CONFIDENCE },
      ...figuresOf(played.blocks, played.subjects, EXPERIMENTS),
      leftOut: [...played.refused],
      conditions: conditions(before, after, played.blocks, 2 * played.subjects.length),
    };
  } finally {
    await agent.end();
  }
}

/** The same for a report, which says why where it can't be run. */
export function timesForReport(timing: Timing): Promise<TimesResult> {
  return orWhyNot(() => timesHere(timing));
}

export async function timeCalls(
  options: Omit<Common, 'strategy'> & {
    readonly seed: number;
    readonly blocks?: number;
    readonly against?: string;
  },
): Promise<void> {
  const earlier = options.against === undefined ? null : await readTimes(options.against);
  await prepare(options);
  let told = performance.now();
  const times = await timesHere({
    seed: options.seed,
    blocks: options.blocks ?? null,
    onBlock(done) {
      if (performance.now() - told < SAY_AFTER_MS) return;
      told = performance.now();
      say(`${done} blocks${options.blocks === undefined ? '' : ` of ${options.blocks}`}`);
    },
  });
  const section = timesSection(times, null);
  if (earlier === null) return deliver('times', options, [section], times);
  const compared = overlap(earlier, times);
  const sentence =
    `Intervals of ${compared.overlap} of ${compared.rows} rows overlap those of ` +
    `${options.against ?? ''}.`;
  const sections = [{ ...section, blocks: [...section.blocks, prose(sentence)] }];
  return deliver('times', options, sections, { ...times, against: compared });
}

const SAY_AFTER_MS = 2000;

/** What --json printed, or --out wrote. @throws InputError */
async function readTimes(path: string): Promise<TimesRun> {
  const wrong = (what: string) =>
    new InputError(path, what, 'give what sideband linux times --json printed');
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw wrong(error instanceof SyntaxError ? 'it is no JSON' : `it can't be read`);
  }
  // That of a run which was compared itself says so.
  const { against, ...times } = Object(data) as { readonly against?: unknown };
  const parsed = v.safeParse(TimesSchema, times);
  if (!parsed.success || parsed.output.kind !== 'run') throw wrong('it holds no times');
  return parsed.output;
}
