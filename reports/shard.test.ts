// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { interleaved, parseShare, shareOf } from '../cli/share.ts';
import { inOrder, readShard, SHARD_SCHEMA, type Shard } from './shard.ts';

const directory = mkdtempSync(join(tmpdir(), 'sideband-shard-'));
afterAll(() => rmSync(directory, { recursive: true }));

const KEY = { version: '0', commit: 'c', seed: 1 };
const shard = (
  nth: number,
  of: number,
  key: Shard['key'] = KEY,
): { path: string; shard: Shard } => ({
  path: `${nth}-of-${of}`,
  shard: {
    ...{ schema: SHARD_SCHEMA, command: 'race', shard: nth, of, key },
    ...{ races: [], isNarrowed: false },
  },
});

it('a list that is cut in any way is the same list again', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat())), fc.integer({ min: 1, max: 12 }), (items, of) => {
      const shares = Array.from({ length: of }, (_, index) => shareOf(items, { index, of }));
      expect(interleaved(shares)).toEqual(items);
    }),
  );
});

it('a share is one of so many', () => {
  expect(parseShare('2/5')).toEqual({ index: 1, of: 5 });
  for (const text of ['0/5', '6/5', '1', '1/0', 'a/b', '1/5/2', '-1/5']) {
    expect(parseShare(text)).toBeNull();
  }
});

describe('shards', () => {
  it('come in order, in whatever order they are given', () => {
    const given = [shard(3, 3), shard(1, 3), shard(2, 3)];
    expect(inOrder(given).map((one) => one.shard)).toEqual([1, 2, 3]);
  });

  it.each([
    ['none', [], /there are no shards/],
    ['one missing', [shard(1, 3), shard(3, 3)], /shard 2\/3: it is missing/],
    ['one twice', [shard(1, 2), shard(2, 2), shard(2, 2)], /shard 2\/2 is there twice/],
    ['one of another cut', [shard(1, 2), shard(2, 3)], /2-of-3: .*one of 3 and not of 2/],
    [
      'one of another run',
      [shard(1, 2), shard(2, 2, { ...KEY, seed: 2 })],
      /2-of-2: it is of another run than 1-of-2 \(seed is 2 and not 1\)/,
    ],
    [
      'one of another version',
      [shard(1, 2), shard(2, 2, { ...KEY, commit: 'd' })],
      /commit is d and not c/,
    ],
  ])('with %s are one sentence', (_what, given, said) => {
    expect(() => inOrder(given)).toThrow(said);
  });

  it.each([
    ['was cut', JSON.stringify(shard(1, 1).shard).slice(0, 50), /it is no JSON, or was cut/],
    ['is a result', '{"schema":"sideband-result/5"}', /it is a sideband-result\/5/],
  ])('that %s are one sentence', async (_what, text, said) => {
    const path = join(directory, 'one.shard.json');
    writeFileSync(path, text);
    await expect(readShard(path)).rejects.toThrow(said);
  });
});
