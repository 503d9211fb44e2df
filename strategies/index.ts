// SPDX-License-Identifier: MIT
/**
 * All strategies: whatever the files beside this one and in controls/ export. Adding a design is
 * adding a file.
 */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Strategy } from '../core/kernel/strategy.ts';

const SOURCES = [new URL('./', import.meta.url), new URL('./controls/', import.meta.url)];

/** Strategies by place in tables. `sources` are directories of TypeScript files. */
export async function loadStrategies(sources: readonly URL[] = SOURCES): Promise<Strategy[]> {
  const found: Strategy[] = [];
  for (const source of sources) {
    for (const file of (await readdir(fileURLToPath(source))).sort()) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file === 'index.ts') continue;
      const exported: Record<string, unknown> = await import(new URL(file, source).href);
      found.push(...Object.values(exported).filter(isStrategy));
    }
  }
  return found.sort((a, b) => a.order - b.order);
}

function isStrategy(value: unknown): value is Strategy {
  return typeof value === 'object' && value !== null && 'caller' in value && 'kernel' in value;
}
