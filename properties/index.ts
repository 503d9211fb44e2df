// SPDX-License-Identifier: MIT
/** All scenarios: whatever the files in scenarios/ export. */
import type { Scenario } from '../core/kernel/scenario.ts';
import { exportsOf } from '../core/scan.ts';

export async function loadScenarios(): Promise<Scenario[]> {
  return (await exportsOf([new URL('./scenarios/', import.meta.url)])).filter(isScenario);
}

function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && 'judge' in value && 'programs' in value;
}
