// SPDX-License-Identifier: MIT
/** Patched kernels: built, booted, and compared with the model that has the same designs. */
import type { Scenario } from '../core/kernel/scenario.ts';
import { DESIGNS, type Strategy } from '../core/kernel/strategy.ts';
import { conform } from '../linux/conformance/conform.ts';
import { replayAll } from '../linux/conformance/schedules.ts';
import type { Kernel } from '../linux/guest/build.ts';
import { Guest } from '../linux/guest/guest.ts';
import { PATCHED, type Patched } from '../linux/guest/options.ts';
import { askWorld } from '../linux/guest/world.ts';
import type { GuestResult } from '../reports/schema/guest.ts';
import { guestSections } from '../reports/sections/guest.ts';
import { chooseScenarios, chooseStrategies } from './choose.ts';
import { type Common, deliver, prepare } from './deliver.ts';
import { observedExit } from './exit-code.ts';
import { builtKernel } from './kernels.ts';
import { freeRunsBy } from './linux-race.ts';
import { EXIT, print, say, stopIfInterrupted, wasInterrupted } from './terminal.ts';

/** A floor has no design at all. */
export const BUILDABLE = ['none', ...PATCHED] as const;
type Buildable = (typeof BUILDABLE)[number];

const chosen = (names: readonly Buildable[]): readonly Patched[] =>
  names.length === 0 ? PATCHED : PATCHED.filter((name) => names.includes(name));

const built = (names: readonly Buildable[]): Promise<Kernel> =>
  builtKernel('The kernel', { built: chosen(names), config: 'tiny' });

export async function buildAndSay({
  design,
}: {
  readonly design: readonly Buildable[];
}): Promise<void> {
  const kernel = await built(design);
  print(`${kernel.path}\n`);
}

interface RunOptions extends Pick<Common, 'json' | 'out'> {
  readonly design: readonly Buildable[];
  /** Of each design. */
  readonly calls: number;
  /** Free ones, of all together. */
  readonly runs: number;
  readonly cpus: number;
  readonly seed: number;
}

export async function runGuest(options: RunOptions): Promise<void> {
  await prepare(options);
  const kernel = await built(options.design);
  const scenarios = await chooseScenarios([]);
  const strategies = (await chooseStrategies([])).filter(({ name }) =>
    kernel.built.some((one) => one === name),
  );
  const guest = await behaviour(kernel, scenarios, strategies, options);
  await deliver('guest', options, guestSections(guest), guest);
  process.exitCode = guestExit(guest);
}

/** Orders of one scenario by one design, at most. */
const MOST_ORDERS = 200;

async function behaviour(
  kernel: Kernel,
  scenarios: readonly Scenario[],
  strategies: readonly Strategy[],
  { calls, runs, cpus, seed }: RunOptions,
): Promise<GuestResult> {
  const { version: linux, key, built } = kernel;
  const alone = await Guest.boot(kernel, { cpus: 1 });
  let apart: Pick<GuestResult, 'bootMs' | 'conformance' | 'schedules'>;
  try {
    say(`booted with one CPU in ${(alone.bootMs / 1000).toFixed(1)} s`);
    const conformance: GuestResult['conformance'] = [];
    for (const design of strategies) conformance.push(await compared(alone, design, seed, calls));
    const schedules = await replayAll(
      alone.agent,
      scenarios,
      strategies,
      MOST_ORDERS,
      wasInterrupted,
    );
    say(`${schedules.length} scenarios replayed`);
    apart = { bootMs: alone.bootMs, conformance, schedules };
  } finally {
    await alone.end();
  }
  stopIfInterrupted();
  const hasAll = DESIGNS.every((design) => built.includes(design));
  const world = hasAll ? await askWorld(kernel) : null;
  const several = await Guest.boot(kernel, { cpus });
  try {
    const observed = await freeRunsBy(several.agent, cpus, {
      ...{ scenarios, strategies, halves: 'all', runs, seed },
      onRow({ scenario, strategy, outside }) {
        say(`${scenario} by ${strategy}: ${outside} outside`);
      },
    });
    return { linux, key, built: [...built], ...apart, world, observed };
  } finally {
    await several.end();
  }
}

async function compared(
  { agent }: Guest,
  design: Strategy,
  seed: number,
  calls: number,
): Promise<GuestResult['conformance'][number]> {
  const { scripts, byErrno, mismatch, ...made } = await conform(agent, {
    ...{ seed, calls, design, interrupted: wasInterrupted },
  });
  stopIfInterrupted();
  const found = mismatch === null ? 'no mismatch' : 'A MISMATCH';
  say(`${design.name}: ${made.calls} calls, ${found}`);
  return {
    design: design.name,
    seed,
    scripts,
    calls: made.calls,
    ends: endsOf(design, byErrno),
    mismatch,
  };
}

/** Of the calls that it adds; of a file, of the writes. */
function endsOf(
  { kernel }: Strategy,
  byErrno: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Record<string, number> {
  const own = kernel.procfs === undefined ? Object.keys(kernel.syscalls ?? {}) : ['write'];
  const ends: Record<string, number> = {};
  for (const call of own) {
    for (const [end, times] of Object.entries(byErrno[call] ?? {})) {
      ends[end] = (ends[end] ?? 0) + times;
    }
  }
  return ends;
}

/** The field for a whole process: where that goes unnoticed, nothing is proved. */
const CONTROL: Patched = 'process-field';

/** A difference in any of the three, or the control that is not seen failing. */
export function guestExit({ built, conformance, schedules, observed }: GuestResult): number {
  const differs =
    conformance.some(({ mismatch }) => mismatch !== null) ||
    schedules.some(({ mismatches }) => mismatches > 0);
  const isSeen = schedules.some(({ strategy, failing }) => strategy === CONTROL && failing > 0);
  const isUnseen = built.includes(CONTROL) && !isSeen;
  return differs || isUnseen ? EXIT.failed : observedExit(observed);
}
