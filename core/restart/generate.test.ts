// SPDX-License-Identifier: MIT
/** Generated captures: of the size asked for, the same for the same seed, and always restartable. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadStrategies } from '../../strategies/index.ts';
import { withId } from '../../strategies/with-id.ts';
import { isBestForm } from '../kernel/strategy.ts';
import { generateCapture } from './generate.ts';
import { ipcNamespaces } from './ipc-namespaces.ts';
import { parseCapture } from './parse-capture.ts';
import { restart } from './restart.ts';

const LARGE = { tasks: 10_000, levels: 4, objects: 1000 };

describe('a generated capture', () => {
  it('is the same for the same seed, and another for another', () => {
    const size = { tasks: 200, levels: 3, objects: 50 };
    expect(generateCapture(size, 5)).toEqual(generateCapture(size, 5));
    expect(generateCapture(size, 5)).not.toEqual(generateCapture(size, 6));
  });

  it('is as large as it was asked to be, and has all sorts of everything', () => {
    const capture = generateCapture(LARGE, 1);
    const { tasks } = capture;
    const namespaces = ipcNamespaces(capture);
    const objects = namespaces.flatMap(({ msg, sem, shm }) => [...msg, ...sem, ...shm]);
    expect([tasks.length, objects.length]).toEqual([10_000, 1000]);
    expect(Math.max(...tasks.map(({ nspid }) => nspid.length))).toBe(4);
    expect(namespaces.length).toBeGreaterThan(2);
    const living = new Set(tasks.map(({ nspid }) => nspid[0]));
    for (const isOne of [
      ({ state }: (typeof tasks)[number]) => state === 'zombie',
      ({ threads }: (typeof tasks)[number]) => threads.length > 0,
      ({ sid }: (typeof tasks)[number]) => !living.has(sid),
      ({ pgid, sid }: (typeof tasks)[number]) => pgid !== sid && !living.has(pgid),
      ({ nspid, sid }: (typeof tasks)[number]) => nspid[0] === sid,
      ({ nspid, pgid, sid }: (typeof tasks)[number]) => nspid[0] !== pgid && pgid !== sid,
    ]) {
      expect(tasks.filter(isOne).length).toBeGreaterThan(100);
    }
  });

  it('is read again as it was written, and restored, whatever its size and seed', () => {
    const size = fc.record({
      tasks: fc.integer({ min: 1, max: 400 }),
      levels: fc.integer({ min: 1, max: 6 }),
      objects: fc.integer({ min: 0, max: 60 }),
    });
    fc.assert(
      fc.property(size, fc.nat(), (asked, seed) => {
        const capture = generateCapture(asked, seed);
        expect(parseCapture(JSON.stringify(capture), 'generated')).toEqual(capture);
        expect(restart(capture, 'generated', withId).result.end.kind).toBe('restored');
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('of ten thousand tasks is restored by every design', async () => {
    const capture = generateCapture(LARGE, 1);
    for (const strategy of await loadStrategies()) {
      if (!isBestForm(strategy)) continue;
      const { end } = restart(capture, 'large', strategy).result;
      expect({ strategy: strategy.name, ...end }).toMatchObject({ kind: 'restored' });
    }
  });
});
