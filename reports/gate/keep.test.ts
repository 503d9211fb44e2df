// SPDX-License-Identifier: MIT
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { BASELINE_SCHEMA, type Baseline, readBaseline } from './baseline.ts';
import { baselineAt, replaceBaseline } from './keep.ts';

const directory = mkdtempSync(join(tmpdir(), 'sideband-keep-'));
const path = join(directory, 'baseline.json');
const lock = `${path}.lock`;

const baseline = (because: string): Baseline => ({
  schema: BASELINE_SCHEMA,
  lanes: { model: { key: { seed: 1 }, figures: { row: { figure: 1 } } } },
  accepted: [{ because, version: '0', commit: 'c', changed: 0, added: 1, removed: 0 }],
});

beforeEach(() => {
  for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true });
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('a baseline on file', () => {
  it('is replaced as a whole, and left alone where nothing changes', async () => {
    expect(await replaceBaseline(path, () => baseline('one'))).toBe(true);
    expect(await baselineAt(path)).toEqual(baseline('one'));
    const text = readFileSync(path, 'utf8');
    expect(await replaceBaseline(path, () => null)).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readdirSync(directory)).toEqual(['baseline.json']);
  });

  it('has one writer at a time: of many at once, whoever is let in loses nothing', async () => {
    await replaceBaseline(path, () => baseline('first'));
    const asked = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((because) =>
        replaceBaseline(path, (old) => ({
          ...baseline(because),
          accepted: [...(old?.accepted ?? []), ...baseline(because).accepted],
        })),
      ),
    );
    const done = asked.filter(({ status }) => status === 'fulfilled').length;
    expect(done).toBeGreaterThan(0);
    expect((await readBaseline(path)).accepted).toHaveLength(1 + done);
    for (const one of asked) {
      if (one.status === 'rejected') expect(String(one.reason)).toMatch(/is writing this baseline/);
    }
    expect(existsSync(lock)).toBe(false);
  });

  it('of a writer that died is free again', async () => {
    writeFileSync(lock, '999999999');
    expect(await replaceBaseline(path, () => baseline('one'))).toBe(true);
  });

  it('of a writer that lives is not', async () => {
    writeFileSync(lock, String(process.pid));
    await expect(replaceBaseline(path, () => baseline('one'))).rejects.toThrow(
      /is writing this baseline; try again/,
    );
    expect(existsSync(path)).toBe(false);
    rmSync(lock);
  });

  it.each([
    ['was cut', JSON.stringify(baseline('one')).slice(0, 60), /it is no JSON, or was cut/],
    [
      'is of another version',
      '{"schema":"sideband-baseline/0"}',
      /sideband-baseline\/0, and this version of Sideband reads sideband-baseline\/1/,
    ],
    ['is foreign', '{"schema":"sideband-result/5"}', /it is a sideband-result\/5/],
    [
      'is damaged',
      JSON.stringify({ ...baseline('one'), accepted: [] }),
      /it is no baseline, or is damaged \(at accepted/,
    ],
  ])('that %s stays, and is one sentence', async (_what, text, said) => {
    writeFileSync(path, text);
    await expect(replaceBaseline(path, () => baseline('two'))).rejects.toThrow(said);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(existsSync(lock)).toBe(false);
  });
});
