// SPDX-License-Identifier: MIT
/** Restores captures on the kernel that the user sits on, for its own command and for the report. */
import { InputError } from '../core/input-error.ts';
import type { Strategy } from '../core/kernel/strategy.ts';
import { findCriu, GET_CRIU, restoreByCriu } from '../linux/restore/criu.ts';
import { raceNextId } from '../linux/restore/next-id-race.ts';
import { restoreAll, type Subject } from '../linux/restore/restore.ts';
import { subjects } from '../linux/restore/subjects.ts';
import { generateUnprivileged } from '../linux/restore/unprivileged.ts';
import { WAYS } from '../linux/restore/ways.ts';
import type { RealRestores } from '../reports/schema/restores.ts';
import { realRestoreSection } from '../reports/sections/real-restores.ts';
import { readCapture } from './choose.ts';
import { type Common, DEFAULT_SEED, deliver, prepare } from './deliver.ts';
import { restoresExit } from './exit-code.ts';
import { orWhyNot, startAgent } from './host.ts';
import { captureName } from './measure.ts';
import { say, stopIfInterrupted, wasInterrupted } from './terminal.ts';

type Run = Extract<RealRestores, { kind: 'run' }>;

interface Asked {
  /** What is restored; null for what the report restores. */
  readonly subjects: readonly Subject[] | null;
  readonly ways: readonly Strategy[];
  readonly workers: readonly number[];
  readonly runs: number;
  readonly thorough: boolean;
  /** Why CRIU is left out; null if it is not. */
  readonly withoutCriu: string | null;
  readonly seed: number;
  readonly onRun?: (what: string) => void;
}

/** Of the control, which is over in some milliseconds. */
const NEXT_ID_RUNS = 10;
const CRIU_RUNS = 3;

/** @throws InputError where there is no compiler, or the kernel forbids what the agent needs */
async function restoreForReal({ seed, thorough, ...asked }: Asked): Promise<Run> {
  const agent = await startAgent();
  try {
    const { criu, dumped } = await besideCriu(asked.withoutCriu);
    const all = [...(asked.subjects ?? (await subjects(seed, thorough))), ...dumped];
    const restores = await restoreAll(agent, all, { ...asked, interrupted: wasInterrupted });
    stopIfInterrupted();
    return { kind: 'run', restores, criu, nextId: await raceNextId(agent, NEXT_ID_RUNS, seed) };
  } finally {
    await agent.end();
  }
}

/** What CRIU comes to, and what it dumped, to be restored by our ways too. */
async function besideCriu(
  without: string | null,
): Promise<{ readonly criu: Run['criu']; readonly dumped: Subject[] }> {
  if (without !== null) return { criu: { kind: 'not run', reason: without }, dumped: [] };
  const criu = await orWhyNot(async () => {
    const found = await findCriu();
    if (found === null) {
      throw new InputError(
        'CRIU',
        'there is none here that runs',
        `install it, or run ${GET_CRIU}`,
      );
    }
    return { kind: 'run' as const, found, ...(await restoreByCriu(found, CRIU_RUNS)) };
  });
  if (criu.kind === 'not run') return { criu, dumped: [] };
  const { found, subject, end, ns } = criu;
  return {
    criu: { kind: 'run', version: found.version, capture: subject.name, end, ns: [...ns] },
    dumped: [subject],
  };
}

/** For a report, which says why where it can't be run. `thorough`: every size, and 1, 2, 4 workers. */
export function restoresForReport(
  seed: number,
  thorough: boolean,
  onRun: (what: string) => void,
): Promise<RealRestores> {
  return orWhyNot(() =>
    restoreForReal({
      subjects: null,
      ways: WAYS,
      workers: thorough ? [1, 2, 4] : [1],
      runs: thorough ? 5 : 2,
      withoutCriu: thorough ? null : 'it takes seconds (sideband linux restore has it)',
      ...{ thorough, seed, onRun },
    }),
  );
}

const RUNS = 5;
/** Of so many tasks, one IPC object. */
const TASKS_AN_OBJECT = 10;

export async function restoreAndReport(
  path: string | undefined,
  options: Common & { readonly tasks?: number; readonly workers?: number; readonly seed?: number },
): Promise<void> {
  const ways = chooseWays(options.strategy);
  const seed = options.seed ?? DEFAULT_SEED;
  const subject = await subjectOf(path, options.tasks, seed);
  await prepare(options);
  const run = await restoreForReal({
    subjects: subject === null ? null : [subject],
    ways,
    workers: [options.workers ?? 1],
    runs: RUNS,
    withoutCriu: subject === null ? null : 'one capture was asked for',
    thorough: false,
    seed,
    onRun: say,
  });
  await deliver('restore', options, [realRestoreSection(run)], run);
  process.exitCode = restoresExit(run);
}

async function subjectOf(
  path: string | undefined,
  tasks: number | undefined,
  seed: number,
): Promise<Subject | null> {
  if (path !== undefined) return { name: captureName(path), capture: await readCapture(path) };
  if (tasks === undefined) return null;
  const objects = Math.ceil(tasks / TASKS_AN_OBJECT);
  return {
    name: `${tasks} tasks`,
    capture: generateUnprivileged({ tasks, levels: 1, objects }, seed),
  };
}

function chooseWays(names: readonly string[]): readonly Strategy[] {
  for (const name of names) {
    if (WAYS.some((way) => way.name === name)) continue;
    throw new InputError(
      '--strategy',
      `mainline has no "${name}"`,
      `choose from ${WAYS.map((way) => way.name).join(', ')}`,
    );
  }
  return names.length === 0 ? WAYS : WAYS.filter(({ name }) => names.includes(name));
}
