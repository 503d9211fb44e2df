// SPDX-License-Identifier: MIT
/** All strategies: whatever the files beside this one and in the directories of SOURCES export. */
import type { Strategy } from '../core/kernel/strategy.ts';
import { exportsOf } from '../core/scan.ts';

const SOURCES = ['./', './posted/', './variations/', './relatives/', './controls/'].map(
  (path) => new URL(path, import.meta.url),
);

/** Strategies by place in tables. `sources` are directories of TypeScript files. */
export async function loadStrategies(sources: readonly URL[] = SOURCES): Promise<Strategy[]> {
  const found = (await exportsOf(sources)).filter(isStrategy);
  return found.sort((a, b) => a.order - b.order);
}

function isStrategy(value: unknown): value is Strategy {
  return typeof value === 'object' && value !== null && 'caller' in value && 'kernel' in value;
}
