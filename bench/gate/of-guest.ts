// SPDX-License-Identifier: MIT
/**
 * A version's patched kernel, which takes turns at its rows. Argument: what runs its CPU, kvm or tcg.
 */
import * as v from 'valibot';
import { BUILD_MINUTES, buildKernel, patchedBy, type Recipe } from '../../linux/guest/build.ts';
import { cacheAt } from '../../linux/guest/cache.ts';
import { ACCELERATORS, Guest } from '../../linux/guest/guest.ts';
import { PATCHED } from '../../linux/guest/options.ts';
import { guestSubjects } from './guest-subjects.ts';
import { inLaps } from './laps.ts';
import { AskSchema, PROTOCOL, serve } from './turns.ts';

/** What `sideband linux build` makes, which is there already. */
const RECIPE: Recipe = { built: PATCHED, config: 'tiny' };

/** Progress is a line every so many of make's. */
const SAY_EVERY = 200;

const by = v.parse(v.picklist(ACCELERATORS), process.argv[2]);
const subjects = await guestSubjects();
// Whether the kernel could find out how fast a TSC is does not matter.
const take = inLaps(subjects, 'ticks');
let guest: Guest | null = null;

let lines = 0;

function onBegin(): void {
  process.stderr.write(`a kernel is built in up to ${BUILD_MINUTES} minutes on two cores\n`);
}

function onLine(): void {
  if (++lines % SAY_EVERY === 0) process.stderr.write(`${lines} lines of make\n`);
}

async function endGuest(): Promise<void> {
  await guest?.end();
  guest = null;
}

async function startAfresh(): Promise<null> {
  await endGuest();
  const kernel = await buildKernel(cacheAt(), RECIPE, { onBegin, onLine });
  guest = await Guest.boot(kernel, { cpus: 1, by });
  return null;
}

// A machine does not end with whoever started it.
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void endGuest().finally(() => process.exit()));
}

const rows = subjects.map(({ name, does }) => ({ name, does }));
await serve({ protocol: PROTOCOL, rows, builds: patchedBy(RECIPE) }, AskSchema, (ask) => {
  if (ask.kind === 'fresh') return startAfresh();
  if (guest === null) throw new Error('a block begins with a fresh start');
  return take(guest.agent, ask);
});
await endGuest();
