// SPDX-License-Identifier: MIT
/** What is restored for the report: what CRIU dumped, a tree that lives here now, and generated ones. */
import { fileURLToPath } from 'node:url';
import type { Capture } from '../../core/restart/capture.ts';
import { importCriu } from '../../core/restart/import-criu.ts';
import { captureMachine } from '../capture/capture.ts';
import { buildProgram } from '../host/build-agent.ts';
import { grow } from './grown.ts';
import type { Subject } from './restore.ts';
import { generateUnprivileged } from './unprivileged.ts';

const CRIU = fileURLToPath(new URL('../../core/restart/fixtures/criu/', import.meta.url));
const TREE = { name: 'tree', sources: new URL('../capture/tree/', import.meta.url) };

/** Tasks, pid namespaces one in the other, and IPC objects. */
const SHORT = [[100, 1, 10]] as const;
const THOROUGH = [
  [100, 1, 10],
  [1000, 1, 100],
  [10_000, 1, 1000],
  [1000, 4, 100],
] as const;

/** What CRIU dumped. */
export const criuCapture = (): Capture => importCriu(CRIU);

/** @throws InputError where a tree can't be grown here */
export async function subjects(seed: number, thorough: boolean): Promise<Subject[]> {
  return [
    { name: 'criu', capture: criuCapture() },
    { name: 'live', capture: await captureLive() },
    ...(thorough ? THOROUGH : SHORT).map(([tasks, levels, objects]) => ({
      name: levels === 1 ? `${tasks} tasks` : `${tasks} tasks, ${levels} levels`,
      capture: generateUnprivileged({ tasks, levels, objects }, seed),
    })),
  ];
}

/** Grows a real tree (linux/capture/tree/), and reads it. */
export async function captureLive(): Promise<Capture> {
  const program = await buildProgram(TREE);
  const [command = program, ...args] =
    process.getuid?.() === 0 ? [program] : ['unshare', '-Ur', program];
  const tree = await grow(command, args);
  try {
    return { ...(await captureMachine(tree.root)), source: 'a tree that was grown here' };
  } finally {
    await tree.end();
  }
}
