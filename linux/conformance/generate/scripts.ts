// SPDX-License-Identifier: MIT
/** Scripts, generated and shrunk by fast-check: operations of all kinds, by whoever is alive. */
import fc from 'fast-check';
import type { Script } from '../script.ts';
import { Builder, type Kind, MOST_OPERATIONS, type Operation } from './builder.ts';
import { CREDENTIALS } from './credentials.ts';
import { DEATHS } from './deaths.ts';
import { DESCRIPTORS } from './descriptors.ts';
import { OPENAT } from './directories.ts';
import { epilogue } from './epilogue.ts';
import { EXECS } from './exec.ts';
import { FILES } from './files.ts';
import { FILTERS } from './filters.ts';
import { GETS, IPC } from './ipc.ts';
import { LIVES } from './lives.ts';
import { NAMESPACES } from './namespaces.ts';
import { SIGNALLED } from './signalled.ts';
import { HANDLING, handleUsr1, SIGNALS } from './signals.ts';
import { SLEEPERS } from './sleepers.ts';
import { STRANGERS } from './strangers.ts';
import { FORKS, TASKS, WAITS } from './tasks.ts';
import { TIMERS } from './timers.ts';
import { UNSHARING } from './unsharing.ts';

const SCENES: readonly Kind[] = [...SLEEPERS, ...SIGNALLED, ...STRANGERS, ...DEATHS, ...LIVES];

const ALL: readonly Kind[] = [
  ...[TASKS, SIGNALS, CREDENTIALS, IPC, UNSHARING, TIMERS, FILES, EXECS, SCENES].flat(),
  ...[DESCRIPTORS, NAMESPACES, FILTERS, OPENAT].flat(),
];

/** What the operations of a script may be: all kinds, or few, which then meet more often. */
const THEMES: readonly (readonly Kind[])[] = [
  ALL,
  ALL,
  [FILES, FILES, OPENAT, FORKS, CREDENTIALS].flat(),
  [FILES, FORKS, GETS, GETS, GETS].flat(),
  [HANDLING, HANDLING, FORKS, WAITS, SLEEPERS, SIGNALLED].flat(),
  [TASKS, IPC, SCENES].flat(),
  [EXECS, EXECS, FORKS, CREDENTIALS, HANDLING].flat(),
  [DESCRIPTORS, DESCRIPTORS, FILES, OPENAT, FORKS, CREDENTIALS, FILTERS].flat(),
  [DESCRIPTORS, NAMESPACES, NAMESPACES, FORKS, UNSHARING, GETS].flat(),
];

/** The most numbers that an operation looks at. */
const PICKS = 12;

const operations = fc.array(
  fc.record({
    kind: fc.nat({ max: 9999 }),
    task: fc.nat({ max: 9999 }),
    picks: fc.array(fc.nat({ max: 9999 }), { minLength: PICKS, maxLength: PICKS }),
  }),
  { minLength: 1, maxLength: MOST_OPERATIONS, size: 'max' },
);

const scriptsOf = (themes: readonly (readonly Kind[])[]): fc.Arbitrary<Script> =>
  fc
    .record({ theme: fc.nat({ max: themes.length - 1 }), operations })
    .map(({ theme, operations }) => scriptOf(themes[theme] ?? [], operations));

export const scripts = scriptsOf(THEMES);

/** In which most operations are of a design: among few others, then among all. */
export const scriptsWith = (kinds: readonly Kind[]): fc.Arbitrary<Script> =>
  scriptsOf([
    [...kinds, ...FORKS, ...GETS, ...WAITS],
    [...kinds, ...FORKS, ...GETS, ...IPC],
    [...kinds, ...HANDLING, ...FORKS, ...SLEEPERS],
    [...kinds, ...EXECS, ...FORKS, ...CREDENTIALS],
    [...kinds, ...FORKS, ...FILTERS, ...DESCRIPTORS],
    [...kinds, ...kinds, ...ALL],
  ]);

function scriptOf(kinds: readonly Kind[], operations: readonly Operation[]): Script {
  const builder = new Builder();
  // Handlers matter most where all tasks inherit them.
  const [first] = operations;
  if (first !== undefined && first.task % 4 === 3) builder.add(first, handleUsr1);
  for (const operation of operations) {
    const kind = kinds[operation.kind % kinds.length];
    if (kind !== undefined) builder.add(operation, kind);
  }
  return [...builder.steps, ...epilogue(builder)];
}
