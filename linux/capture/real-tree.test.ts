// SPDX-License-Identifier: MIT
/** A real tree (tree/tree.c), captured through /proc and its IPC namespaces, and restarted. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError } from '../../core/input-error.ts';
import { isBestForm } from '../../core/kernel/strategy.ts';
import type { Capture } from '../../core/restart/capture.ts';
import { parseCapture } from '../../core/restart/parse-capture.ts';
import { restart } from '../../core/restart/restart.ts';
import { loadStrategies } from '../../strategies/index.ts';
import { buildProgram } from '../host/build-agent.ts';
import { captureMachine, THIS_MACHINE } from './capture.ts';

const TREE = { name: 'tree', sources: new URL('./tree/', import.meta.url) };
const COMMITTED = readFileSync(
  new URL('../../core/restart/fixtures/machine.json', import.meta.url),
  'utf8',
);

/** The tree, standing, and the number of its root; or why it can't be grown here. */
async function grow(): Promise<{ tree: ChildProcess; root: number } | string> {
  try {
    const program = await buildProgram(TREE);
    const [command = program, ...args] =
      process.getuid?.() === 0 ? [program] : ['unshare', '-Ur', program];
    const tree = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let stderr = '';
    tree.stderr.on('data', (text) => {
      stderr += text;
    });
    for await (const line of createInterface(tree.stdout)) return { tree, root: Number(line) };
    return `the tree does not grow here (${stderr.trim()})`;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

const grown = await grow();
const why = typeof grown === 'string' ? ` (SKIPPED: ${grown})` : '';
const root = typeof grown === 'string' ? 0 : grown.root;
afterAll(() => {
  if (typeof grown !== 'string') grown.tree.stdin?.end();
});

/** Times are those of the run. */
const untimed = (capture: Capture): unknown =>
  JSON.parse(
    JSON.stringify({ ...capture, source: '' }, (key, value) =>
      /^[sroacd]time$/.test(key) ? value > 0 : value,
    ),
  );

describe.skipIf(why !== '')(`a real tree${why}`, () => {
  it('is captured as it was when the committed capture was made', async () => {
    const capture = await captureMachine(root);
    expect(untimed(capture)).toEqual(untimed(parseCapture(COMMITTED, 'machine.json')));
  });

  it('is restored by every design', async () => {
    const text = JSON.stringify(await captureMachine(root));
    for (const strategy of await loadStrategies()) {
      if (!isBestForm(strategy)) continue;
      const { end } = restart(parseCapture(text, 'tree'), 'tree', strategy).result;
      expect({ strategy: strategy.name, ...end }).toMatchObject({ kind: 'restored' });
    }
  });

  it('has its tasks, and says what it lacks, where no compiler is', async () => {
    const capture = await captureMachine(root, {
      ...THIS_MACHINE,
      build: async () => {
        throw new InputError('/nonexistent/cc', 'there is no such C compiler', 'install one');
      },
    });
    expect(capture.tasks).toHaveLength(9);
    expect(capture.ipc).toEqual({ msg: [], sem: [], shm: [] });
    expect(capture.source).toContain("'s namespace are not in it (ipc-objects: /nonexistent/cc");
  });
});

describe('this test itself', () => {
  it('is a tree that can be captured and restarted', async () => {
    const child = spawn('sleep', ['60']);
    try {
      const capture = await captureMachine(process.pid);
      expect(capture.tasks.map(({ nspid }) => nspid[0])).toContain(child.pid);
      expect(capture.tasks[0]?.threads.length).toBeGreaterThan(0);
      const [strategy] = await loadStrategies();
      if (strategy === undefined) throw new Error('no strategy');
      const { end } = restart(capture, 'self', strategy).result;
      expect(end).toMatchObject({ kind: 'restored' });
    } finally {
      child.kill();
    }
  });

  it('names a process that is not there in one sentence', async () => {
    await expect(captureMachine(0x7fffffff)).rejects.toThrow(
      /^process 2147483647: there is none.*; name one that runs/,
    );
  });
});
