// SPDX-License-Identifier: MIT
/** The host lane as a process that is interrupted, or killed: it says so, and leaves nobody behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoHost } from '../linux/host/availability.ts';
import { buildAgent } from '../linux/host/build-agent.ts';

const BIN = fileURLToPath(new URL('../bin/sideband.js', import.meta.url));
const noHost = await whyNoHost();

let cache = '';
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'sideband-host-'));
  if (noHost === null) await buildAgent(join(cache, 'sideband'));
});
afterAll(() => rm(cache, { recursive: true }));

/** Processes that run the agent of these tests, be they in whatever namespaces. */
async function agents(): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const exe = await readlink(`/proc/${name}/exe`).catch(() => '');
    if (exe.startsWith(cache)) found.push(name);
  }
  return found;
}

/** IPC objects and mounts of the namespaces that the tests run in: no script may add to them. */
async function traces(): Promise<string[]> {
  const files = ['sysvipc/msg', 'sysvipc/sem', 'sysvipc/shm', 'self/mounts'];
  return Promise.all(files.map((file) => readFile(`/proc/${file}`, 'utf8')));
}

function start(calls: number): ChildProcess {
  return spawn(process.execPath, [BIN, 'linux', 'host', '--calls', String(calls), '--json'], {
    env: { ...process.env, NO_COLOR: '1', XDG_CACHE_HOME: cache },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Does something as soon as the run has come so far: so many tasks of the agent, or words of it. */
async function when(child: ChildProcess, isSo: () => Promise<boolean>, act: () => void) {
  while (child.exitCode === null && !(await isSo())) await setImmediate();
  act();
}

async function untilNobodyRuns(): Promise<void> {
  while ((await agents()).length > 0) await setImmediate();
}

describe.skipIf(noHost !== null)('linux host', () => {
  it('stops at Ctrl-C, while calls block, with one sentence', async () => {
    const before = await traces();
    const child = start(10_000_000);
    let stderr = '';
    child.stderr?.on('data', (text) => {
      stderr += text;
    });
    const closed = once(child, 'close');
    await when(
      child,
      async () => stderr.includes('calls compared'),
      () => child.kill('SIGINT'),
    );
    const [code] = await closed;
    expect(code).toBe(130);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('sideband: interrupted; nothing was written');
    await untilNobodyRuns();
    expect(await traces()).toEqual(before);
  });

  // Before the agent is ready, when its init is there, in the middle of scripts of several tasks.
  it.each([1, 2, 4, 6])(
    'leaves nobody behind when it is killed at %i processes of the agent',
    async (processes) => {
      const before = await traces();
      const child = start(10_000_000);
      const closed = once(child, 'close');
      await when(
        child,
        async () => (await agents()).length >= processes,
        () => child.kill('SIGKILL'),
      );
      expect(await closed).toEqual([null, 'SIGKILL']);
      await untilNobodyRuns();
      expect(await traces()).toEqual(before);
    },
  );
});
