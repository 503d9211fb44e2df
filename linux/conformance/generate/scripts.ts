// SPDX-License-Identifier: MIT
/** Scripts, generated and shrunk by fast-check: operations of all kinds, by whoever is alive. */
import fc from 'fast-check';
import type { Script } from '../script.ts';
import { Builder, type Kind, MOST_OPERATIONS, type Operation } from './builder.ts';
import { CREDENTIALS } from './credentials.ts';
import { DEATHS } from './deaths.ts';
import { epilogue } from './epilogue.ts';
import { FILES } from './files.ts';
import { IPC } from './ipc.ts';
import { LIVES } from './lives.ts';
import { handleUsr1, SIGNALS } from './signals.ts';
import { SLEEPERS } from './sleepers.ts';
import { STRANGERS } from './strangers.ts';
import { TASKS } from './tasks.ts';
import { TIMERS } from './timers.ts';
import { UNSHARING } from './unsharing.ts';

/** What an operation may be; what matters most is in here more than once. */
const KINDS: readonly Kind[] = [
  ...TASKS,
  ...SIGNALS,
  ...CREDENTIALS,
  ...IPC,
  ...SLEEPERS,
  ...STRANGERS,
  ...DEATHS,
  ...LIVES,
  ...UNSHARING,
  ...TIMERS,
  ...FILES,
];

export const scripts: fc.Arbitrary<Script> = fc
  .array(
    fc.record({
      kind: fc.nat({ max: 9999 }),
      task: fc.nat({ max: 9999 }),
      picks: fc.array(fc.nat({ max: 9999 }), { minLength: 12, maxLength: 12 }),
    }),
    { minLength: 1, maxLength: MOST_OPERATIONS, size: 'max' },
  )
  .map(scriptOf);

function scriptOf(operations: readonly Operation[]): Script {
  const builder = new Builder();
  // Handlers matter most where all tasks inherit them.
  const [first] = operations;
  if (first !== undefined && first.task % 4 === 3) builder.add(first, handleUsr1);
  for (const operation of operations) {
    const kind = KINDS[operation.kind % KINDS.length];
    if (kind !== undefined) builder.add(operation, kind);
  }
  return [...builder.steps, ...epilogue(builder)];
}
