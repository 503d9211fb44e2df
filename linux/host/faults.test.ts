// SPDX-License-Identifier: MIT
/**
 * Kernels and containers that forbid what the agent needs, provoked: each is found out by trying and
 * said in one sentence, or named among what is not compared; nothing is left behind.
 */
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IPC_CREAT, IPC_PRIVATE, IPC_STAT } from '../../core/kernel/flags.ts';
import { conform } from '../conformance/conform.ts';
import { runOnLinux } from '../conformance/on-linux.ts';
import { runOnModel } from '../conformance/on-model.ts';
import type { Script } from '../conformance/script.ts';
import { Agent } from './agent.ts';
import { whyNoHost } from './availability.ts';
import { buildAgent } from './build-agent.ts';
import { FEATURE_CLONE3, FEATURE_LAST_PID, FEATURE_NEXT_ID, FEATURE_UNSHARE } from './protocol.ts';

const noHost = await whyNoHost();
const CLONE = 56;
const CLONE3 = 435;
const UNSHARE = 272;
const EPERM = 1;
const ENOSYS = 38;

let directory = '';
let agentPath = '';
let denyPath = '';
beforeAll(async () => {
  if (noHost !== null) return;
  directory = await mkdtemp(join(tmpdir(), 'sideband-faults-'));
  agentPath = join(directory, 'agent');
  await copyFile(await buildAgent(), agentPath);
  // For a user who is not the one that runs the tests.
  await chmod(directory, 0o755);
  await chmod(agentPath, 0o755);
  denyPath = join(directory, 'deny');
  const source = fileURLToPath(new URL('./fixtures/deny.c', import.meta.url));
  execFileSync(process.env.CC ?? 'cc', ['-Wall', '-Wextra', '-Werror', '-o', denyPath, source]);
});
afterAll(async () => {
  if (directory !== '') await rm(directory, { recursive: true });
});

/** A program that starts the agent in another way. */
async function starting(name: string, command: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, `#!/bin/sh\nexec ${command}\n`);
  await chmod(path, 0o755);
  return path;
}

const denying = (name: string, errno: number, ...calls: number[]) =>
  starting(name, `${denyPath} ${errno} ${calls.join(' ')} -- ${agentPath}`);

async function compared(path: string, calls = 1500) {
  const agent = await Agent.start(path);
  try {
    return { hello: agent.hello, conformance: await conform(agent, { seed: 11, calls }) };
  } finally {
    await agent.end();
  }
}

describe.skipIf(noHost !== null)('where a container forbids', () => {
  it('user namespaces, that is one sentence', async () => {
    const path = await denying('no-namespaces', EPERM, CLONE);
    await expect(Agent.start(path)).rejects.toThrow(
      /^the agent: fresh user, pid, mount and IPC namespaces: Operation not permitted; see/,
    );
  });

  it('clone3 and unshare, they are not asked for and named', async () => {
    const { hello, conformance } = await compared(
      await denying('no-clone3', ENOSYS, CLONE3, UNSHARE),
    );
    expect(hello.features & (FEATURE_CLONE3 | FEATURE_UNSHARE)).toBe(0);
    expect(conformance.mismatch).toBeNull();
    expect(conformance.byCall).not.toHaveProperty('clone3');
    expect(conformance.byCall).not.toHaveProperty('unshare');
    expect(conformance.knownDifferences.join('\n')).toMatch(
      /clone3, and .*forbids it[\s\S]*unshare: /,
    );
  });

  it('writing /proc/sys, the hints are not asked for and named', async () => {
    const isRoot = process.getuid?.() === 0;
    const mounts =
      'mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys && exec ';
    const path = await starting(
      'read-only',
      `unshare ${isRoot ? '-m' : '-Urm'} sh -c "${mounts}${agentPath}"`,
    );
    const { hello, conformance } = await compared(path);
    expect(hello.features & (FEATURE_LAST_PID | FEATURE_NEXT_ID)).toBe(0);
    expect(conformance.mismatch).toBeNull();
    expect(conformance.knownDifferences.join('\n')).toContain('ns_last_pid can not be written');
  });
});

describe.skipIf(noHost !== null)('a kernel that has no more', () => {
  it('processes is not taken for one that differs', async (test) => {
    if (process.getuid?.() !== 0) test.skip('a limit of processes is for a user without others');
    const user = '--reuid=54321 --regid=54321 --clear-groups';
    const limited = (most: number) =>
      starting(`most-${most}`, `prlimit --nproc=${most} setpriv ${user} ${agentPath}`);
    await expect(compared(await limited(3))).rejects.toThrow(
      /^the kernel below: it has no more room \(.*EAGAIN\), after \d+ calls without a mismatch; end/,
    );
    const started = await Agent.start(await limited(2)).catch((error: unknown) => error);
    const ran = started instanceof Agent ? started.run([]) : Promise.reject(started);
    await expect(ran).rejects.toThrow(/^the agent: .*Resource temporarily unavailable; see/);
  });

  it('IPC objects says so, as the model does', async () => {
    const SHMMNI = 4096;
    const gets: Script = Array.from({ length: SHMMNI + 1 }, () => ({
      task: 0,
      call: 'shmget' as const,
      args: [IPC_PRIVATE, 1, IPC_CREAT | 0o600],
    }));
    const script: Script = [...gets, { task: 0, call: 'shmctl', args: [SHMMNI, IPC_STAT, 1] }];
    const agent = await Agent.start(agentPath);
    const linux = await runOnLinux(agent, script);
    await agent.end();
    const last = (answer: typeof linux) => answer.steps.slice(SHMMNI - 1, SHMMNI + 1);
    expect(last(linux).map(({ end }) => (end.kind === 'returned' ? end.result : end.kind))).toEqual(
      [expect.stringMatching(/^\d+$/), '-ENOSPC'],
    );
    expect(runOnModel(script).steps).toEqual(linux.steps);
  });
});

describe.skipIf(noHost !== null)('one core', () => {
  it('is enough', async () => {
    const { conformance } = await compared(
      await starting('one-core', `taskset 1 ${agentPath}`),
      2500,
    );
    expect(conformance.mismatch).toBeNull();
  });
});

describe.skipIf(noHost !== null)('an agent that is killed in the middle of a comparison', () => {
  it('ends it with one sentence', async () => {
    const agent = await Agent.start(agentPath);
    let calls = 0;
    const running = conform(agent, {
      seed: 5,
      calls: 1_000_000,
      onScript: (made) => {
        calls = made;
        if (made > 100) void agent.end();
      },
    });
    await expect(running).rejects.toThrow(
      /^the agent: ended with SIGKILL, after \d+ calls without a mismatch; see/,
    );
    expect(calls).toBeGreaterThan(100);
  });
});

describe.skipIf(noHost !== null)('an agent without shared libraries', () => {
  it('can be built, as an init needs it', () => {
    const sources = fileURLToPath(new URL('../agent/', import.meta.url));
    const path = join(directory, 'static-agent');
    execFileSync('sh', [
      '-c',
      `${process.env.CC ?? 'cc'} -static -O2 -Wall -Wextra -Werror -o ${path} ${sources}*.c`,
    ]);
    // Nothing to interpret it: no PT_INTERP, so the kernel needs no file but this one.
    expect(execFileSync(path, { input: '' }).subarray(4, 8).toString()).toBe('SIDB');
  });
});
