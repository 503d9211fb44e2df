// SPDX-License-Identifier: MIT
/** Finds what the TypeScript files of a directory export: adding one is adding a file. */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Exports of the files in `directories`, by file name; tests and index files apart. */
export async function exportsOf(directories: readonly URL[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const directory of directories) {
    for (const file of (await readdir(fileURLToPath(directory))).sort()) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file === 'index.ts') continue;
      const exported: Record<string, unknown> = await import(new URL(file, directory).href);
      found.push(...Object.values(exported));
    }
  }
  return found;
}
