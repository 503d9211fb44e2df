// SPDX-License-Identifier: MIT
/** All scenarios: whatever the files in scenarios/ and its folders export, a folder a theme. */
import type { Scenario } from '../core/kernel/scenario.ts';
import { exportsOf } from '../core/scan.ts';

const THEMES = [
  ...['threads', 'signals', 'between', 'understanding', 'failures', 'lifetime'],
  ...['namespaces', 'descriptors', 'linearizable', 'virtues'],
];

export async function loadScenarios(): Promise<Scenario[]> {
  const sources = THEMES.map((theme) => new URL(`./scenarios/${theme}/`, import.meta.url));
  return (await exportsOf(sources)).filter(isScenario);
}

function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && 'judge' in value && 'programs' in value;
}
