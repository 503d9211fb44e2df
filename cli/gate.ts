// SPDX-License-Identifier: MIT
/** Holds this version against a baseline and against another version, and says so in every form. */
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { type TimedSection, timeAgainst } from '../bench/gate/against.ts';
import { SECTIONS, type SectionName, TITLES } from '../bench/gate/sections.ts';
import { CANDIDATE, type Version, withVersion } from '../bench/gate/versions.ts';
import { InputError } from '../core/input-error.ts';
import { lanesOf, readBaseline } from '../reports/gate/baseline.ts';
import { annotationsOf, benchmarkFigures, summaryOf } from '../reports/gate/github.ts';
import { type Judged, judgeLane } from '../reports/gate/judge.ts';
import { junitOf } from '../reports/gate/junit.ts';
import type { Lane, Ran } from '../reports/gate/lanes.ts';
import {
  GATE_SCHEMA,
  type Gate,
  GateSchema,
  type Outcome,
  outcomeOf,
} from '../reports/gate/outcome.ts';
import { gateSections } from '../reports/gate/sections.ts';
import { renderSections } from '../reports/text.ts';
import { jsonOf, writeAtomically } from '../reports/write.ts';
import { type Common, prepare } from './deliver.ts';
import { lanesOfResult, originOf, runLane } from './lanes.ts';
import { EXIT, print, say, stopIfInterrupted } from './terminal.ts';

interface GateOptions extends Pick<Common, 'json' | 'out'> {
  readonly baseline?: string;
  readonly against?: string;
  readonly from?: string;
  readonly seed: number;
}

const EXITS: Readonly<Record<Outcome, number>> = {
  fine: EXIT.ok,
  regression: EXIT.failed,
  noisy: EXIT.noisy,
  incomplete: EXIT.notComparable,
};

export async function gate(options: GateOptions): Promise<void> {
  const { baseline, against, seed } = options;
  if (baseline === undefined && against === undefined) {
    throw new InputError(
      'gate',
      'there is nothing to hold this version against',
      'give --baseline FILE, --against REF or both',
    );
  }
  await prepare(options);
  const ran = new Map<Lane, Ran>();
  const lanes = baseline === undefined ? [] : await judgedLanes(baseline, options, ran);
  const timed = against === undefined ? [] : await timedSections(against, seed);
  stopIfInterrupted();
  const { version, commit } = await originOf(seed);
  const outcome = outcomeOf(lanes, timed);
  const found = {
    ...{ schema: GATE_SCHEMA, outcome, exitCode: EXITS[outcome] },
    ...{ baseline: baseline ?? null, lanes, against: against ?? null, timed },
    ...{ version, commit, seed },
  };
  const whole = v.parse(GateSchema, JSON.parse(JSON.stringify(found)));
  await deliverGate(whole, ran, options);
  process.exitCode = whole.exitCode;
}

/** Those that the baseline has. @param ran is filled */
async function judgedLanes(
  path: string,
  { from, seed }: GateOptions,
  ran: Map<Lane, Ran>,
): Promise<Judged[]> {
  const baseline = await readBaseline(path);
  const given = from === undefined ? null : await lanesOfResult(from);
  const judged: Judged[] = [];
  for (const lane of lanesOf(baseline)) {
    const figures = baseline.lanes[lane];
    if (figures === undefined) continue;
    const now = given === null ? await runLane(lane, seed) : given(lane);
    stopIfInterrupted();
    ran.set(lane, now);
    judged.push(judgeLane(lane, figures, now));
  }
  return judged;
}

async function timedSections(ref: string, seed: number): Promise<TimedSection[]> {
  say(`another version is made ready: ${ref}`);
  return withVersion(ref, async (base) => {
    const sections: TimedSection[] = [];
    for (const name of SECTIONS) {
      stopIfInterrupted();
      sections.push(await timedSection(name, base, seed));
    }
    return sections;
  });
}

/** Progress in a log: a line every so many blocks. */
const SAY_EVERY = 24;

async function timedSection(
  section: SectionName,
  base: Version,
  seed: number,
): Promise<TimedSection> {
  const scratch = await mkdtemp(join(tmpdir(), 'sideband-gate-'));
  try {
    return await timeAgainst(
      section,
      { base, candidate: CANDIDATE, scratch, onProgress: say },
      {
        ...{ seed, more: 0, stopIfInterrupted },
        onBlock: (done) => {
          if (done % SAY_EVERY === 0) say(`${TITLES[section]}: ${done} blocks`);
        },
      },
    );
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { section, kind: 'not run', why: error.message };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function deliverGate(
  whole: Gate,
  ran: ReadonlyMap<Lane, Ran>,
  { json, out }: GateOptions,
): Promise<void> {
  const text = renderSections(gateSections(whole));
  if (out !== undefined) {
    const costs = [...ran].flatMap(([lane, one]) =>
      one.kind === 'ran' ? benchmarkFigures(lane, one.figures) : [],
    );
    const files: Readonly<Record<string, string>> = {
      'gate.json': jsonOf(whole),
      'gate.txt': text,
      'gate.md': summaryOf(whole),
      'gate.junit.xml': junitOf(whole),
      'gate.benchmark.json': jsonOf(costs),
    };
    for (const [name, content] of Object.entries(files)) {
      await writeAtomically(join(out, name), content);
    }
  }
  const { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY } = process.env;
  if (GITHUB_STEP_SUMMARY !== undefined) await appendFile(GITHUB_STEP_SUMMARY, summaryOf(whole));
  print(json === true ? jsonOf(whole) : text);
  // JSON on standard output is for another program.
  const annotations = GITHUB_ACTIONS === 'true' && json !== true ? annotationsOf(whole) : [];
  if (annotations.length > 0) print(annotations.join('\n'));
}
