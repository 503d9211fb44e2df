// SPDX-License-Identifier: MIT
/** As many traces as others have published; see published.ts for who, and what is comparable. */
import { describe, expect, it } from 'vitest';
import { eachTrace } from '../dpor.ts';
import { Machine } from '../machine.ts';
import { parseLitmus } from './program.ts';
import { PUBLISHED, type Published } from './published.ts';
import { litmusSystem } from './system.ts';

const BUDGET = { maxExecutions: 100_000 };

const search = ({ program }: Published) =>
  eachTrace(
    new Machine(
      (typeof program === 'string' ? litmusSystem(parseLitmus(program)) : program()).threads,
    ),
    BUDGET,
    {},
  );

describe('the published number of traces', () => {
  it.each(
    PUBLISHED.map(
      (published) => [published.name, published.traces, published.source, published] as const,
    ),
  )('of %s is %i: %s', (_name, traces, _source, published) => {
    expect(search(published)).toMatchObject({ traces, spent: null });
  });
});
