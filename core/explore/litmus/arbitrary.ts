// SPDX-License-Identifier: MIT
/** Random litmus programs: locks, nested in either order and not always let go, around the rest. */
import fc from 'fast-check';
import type { LitmusProgram, Operation } from './program.ts';

const cell = fc.constantFrom('x', 'y', 'z');

const access: fc.Arbitrary<Operation> = fc.oneof(
  cell.map((name) => ({ does: 'read', cell: name }) as const),
  fc
    .tuple(cell, fc.constantFrom(1, 2))
    .map(([name, value]) => ({ does: 'write', cell: name, value }) as const),
  cell.map((name) => ({ does: 'update', cell: name }) as const),
  fc
    .tuple(cell, fc.constantFrom([0, 1], [1, 0]))
    .map(([name, [from = 0, to = 0]]) => ({ does: 'swap', cell: name, from, to }) as const),
);

const locked = (lock: string, inner: readonly Operation[], isLetGo: boolean): Operation[] => [
  { does: 'lock', cell: lock },
  ...inner,
  ...(isLetGo ? [{ does: 'unlock', cell: lock } as const] : []),
];

const part: fc.Arbitrary<readonly Operation[]> = fc.oneof(
  fc.array(access, { minLength: 1, maxLength: 3 }),
  fc
    .tuple(fc.constantFrom('m', 'n'), fc.array(access, { maxLength: 2 }), fc.boolean())
    .map(([lock, inner, isLetGo]) => locked(lock, inner, isLetGo)),
  fc
    .tuple(fc.constantFrom(['m', 'n'], ['n', 'm']), fc.array(access, { maxLength: 1 }))
    .map(([[outer = 'm', inner = 'n'], most]) => locked(outer, locked(inner, most, true), true)),
);

const MOST = 6;

const thread = fc
  .array(part, { minLength: 1, maxLength: 2 })
  .map((parts) => parts.flat())
  .filter((operations) => operations.length <= MOST);

export const litmusPrograms: fc.Arbitrary<LitmusProgram> = fc.array(thread, {
  minLength: 2,
  maxLength: 3,
});
