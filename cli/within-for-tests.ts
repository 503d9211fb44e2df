// SPDX-License-Identifier: MIT
/** Commands run within the process of a test. */
import { vi } from 'vitest';
import { commandLine } from './main.ts';

/** What a command prints, its exit code, and what it throws where main() would explain it. */
export const within = (args: readonly string[]) =>
  printedBy(() => commandLine().parseAsync(['node', 'sideband', ...args]));

export async function printedBy(run: () => Promise<unknown>) {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += text;
      return true;
    }),
  );
  let thrown: Error | null = null;
  try {
    await run();
  } catch (error) {
    thrown = error as Error;
  }
  for (const spy of spies) spy.mockRestore();
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  return { ...printed, code, thrown };
}
