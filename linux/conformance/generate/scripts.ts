// SPDX-License-Identifier: MIT
/** Scripts, generated and shrunk by fast-check: operations of all kinds, by whoever is alive. */
import fc from 'fast-check';
import type { Script } from '../script.ts';
import { Builder, type Kind, MOST_STEPS, type Operation } from './builder.ts';
import { CREDENTIALS, USERS } from './credentials.ts';
import { epilogue } from './epilogue.ts';
import { FILES } from './files.ts';
import { GETS, IPC } from './ipc.ts';
import { FORKS, TASKS } from './tasks.ts';

const ALL: readonly Kind[] = [...TASKS, ...CREDENTIALS, ...IPC, ...FILES];

/** What the operations of a script may be: all kinds, or few, which then meet more often. */
const THEMES: readonly (readonly Kind[])[] = [
  ALL,
  ALL,
  [...FILES, ...FILES, ...FORKS, ...CREDENTIALS],
  [...FILES, ...FORKS, ...GETS, ...GETS, ...GETS],
];

export const scripts: fc.Arbitrary<Script> = fc
  .record({
    theme: fc.nat({ max: THEMES.length - 1 }),
    operations: fc.array(
      fc.record({
        kind: fc.nat({ max: 9999 }),
        task: fc.nat({ max: 9999 }),
        picks: fc.array(fc.nat({ max: 9999 }), { minLength: 9, maxLength: 9 }),
      }),
      { minLength: 1, maxLength: MOST_STEPS, size: 'max' },
    ),
  })
  .map(({ theme, operations }) => scriptOf(THEMES[theme] ?? ALL, operations));

function scriptOf(kinds: readonly Kind[], operations: readonly Operation[]): Script {
  const builder = new Builder();
  for (const operation of operations) {
    const kind = kinds[operation.kind % kinds.length];
    if (kind !== undefined) builder.add(operation, kind);
  }
  return [...builder.steps, ...epilogue(builder)];
}

const OTHERS: ReadonlySet<number> = new Set(USERS.filter((user) => user > 0));

/** The same script where no user and group but 0 exist. */
export function byOneUser(script: Script): Script {
  return script.map((step) => {
    const { call, args, stores, ...rest } = step;
    const isSet = call === 'setuid' || call === 'setgid';
    const alone = (value: number) => (OTHERS.has(value) ? 0 : value);
    return {
      ...rest,
      call,
      args: isSet ? args.map((arg) => (typeof arg === 'number' ? alone(arg) : arg)) : args,
      stores: (stores ?? []).map((store) =>
        'value' in store && store.bytes === 4 ? { ...store, value: alone(store.value) } : store,
      ),
    };
  });
}
