// SPDX-License-Identifier: MIT
/** The agent itself: what it refuses, what becomes of it, and that nothing is left behind. */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../core/input-error.ts';
import { Agent } from './agent.ts';
import { whyNoHost } from './availability.ts';
import { buildAgent } from './build-agent.ts';
import {
  AGENT_VERSION,
  encodeRequest,
  HANDLER_SIZE,
  MAX_FRAME,
  MAX_STEPS,
  type WireStep,
} from './protocol.ts';

const noHost = await whyNoHost();
if (noHost !== null) process.stderr.write(`skipped, as the host lane can't be run: ${noHost}\n`);

let directory = '';
let path = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sideband-agent-'));
  if (noHost === null) path = await buildAgent(directory);
});
afterAll(() => rm(directory, { recursive: true }));

const call = (task: number, nr: number, child = 0, ...args: number[]): WireStep => ({
  task,
  child,
  nr,
  args: args.map((value) => ({ kind: 'number', value: BigInt(value) })),
  stores: [],
  loads: [],
});
const SIGUSR1 = 10;
const SIGCHLD = 17;
const SIGSTOP = 19;
const SIGUSR2 = 12;
const GETPID = 39;
const FORK = 57;
const KILL = 62;
const RT_SIGACTION = 13;
const RT_SIGRETURN = 15;

/** By the first task: `handler` stands for what runs. */
function sigaction({ hello }: Agent, signal: number, handler: number, mask = 0n): WireStep {
  const action = Buffer.alloc(32);
  action.writeBigUInt64LE(hello.handlers + BigInt(handler * HANDLER_SIZE), 0);
  action.writeBigUInt64LE(0x04000000n, 8);
  action.writeBigUInt64LE(hello.restorer, 16);
  action.writeBigUInt64LE(mask, 24);
  return {
    ...call(0, RT_SIGACTION, handler),
    args: [
      { kind: 'number', value: BigInt(signal) },
      { kind: 'memory', offset: 0 },
      { kind: 'number', value: 0n },
      { kind: 'number', value: 8n },
    ],
    stores: [{ offset: 0, bytes: action }],
  };
}

/** Processes that run the agent which this test built. */
async function running(): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const exe = await readlink(`/proc/${name}/exe`).catch(() => '');
    if (exe === path) found.push(name);
  }
  return found;
}

async function untilNobodyRuns(): Promise<void> {
  while ((await running()).length > 0) await setImmediate();
}

/** What a process that is given `input` says, and how it ends. */
function answerTo(input: Buffer): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(path, [], { stdio: ['pipe', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.stdin.on('error', () => {});
    child.on('close', (code) => resolve({ code, stderr }));
    child.stdin.end(input);
  });
}

describe.skipIf(noHost !== null)('the build of the agent', () => {
  it('is done once, and found again', async () => {
    expect(await buildAgent(directory)).toBe(path);
    expect((await readdir(directory)).filter((name) => name.startsWith('build-'))).toEqual([]);
  });

  it('says in one sentence that there is no compiler', async () => {
    await expect(buildAgent(join(directory, 'none'), 'no-such-cc')).rejects.toThrow(
      'no-such-cc: there is no such C compiler; install one, or name it in CC',
    );
  });

  it('says in one sentence that a compiler is none', async () => {
    await expect(buildAgent(join(directory, 'false'), 'false')).rejects.toThrow(
      /^false: it does not build the agent \(.*\); name another compiler in CC$/,
    );
  });
});

describe.skipIf(noHost !== null)('the agent', () => {
  it('runs calls of several tasks in the order that it is given', async () => {
    const agent = await Agent.start(path);
    const { events } = await agent.run([call(0, FORK, 1), call(1, GETPID), call(0, GETPID)]);
    const done = events.filter(({ kind }) => kind === 'done').map(({ result }) => result);
    expect(done).toEqual([2n, 2n, 1n]);
    await agent.end();
    await untilNobodyRuns();
  });

  it('refuses what is no request, with exit code 2 and the reason', async () => {
    const valid = encodeRequest([call(0, GETPID)]);
    const broken = (change: (bytes: Buffer) => void): Buffer => {
      const bytes = Buffer.from(valid);
      change(bytes);
      return bytes;
    };
    const cases: [Buffer, string][] = [
      [broken((b) => b.writeUInt32LE(MAX_FRAME + 1, 0)), 'the request is longer than a frame'],
      [broken((b) => b.writeUInt32LE(99, 4)), 'the request is of no known kind'],
      [broken((b) => b.writeUInt32LE(MAX_STEPS + 1, 8)), 'the request has too many steps'],
      [broken((b) => b.writeUInt32LE(2, 8)), 'the request ends in the middle of a value'],
      [broken((b) => b.writeUInt32LE(0, 8)), 'the request goes on after its end'],
      [broken((b) => b.writeUInt8(99, 12)), "the request names a task that can't be"],
      [broken((b) => b.writeUInt8(7, 16)), 'the request has a call with too many arguments'],
    ];
    for (const [input, reason] of cases) {
      expect(await answerTo(input)).toEqual({ code: 2, stderr: `agent: ${reason}\n` });
    }
  });

  it('refuses a request that ends anywhere but at its end', async () => {
    const valid = encodeRequest([
      {
        ...call(0, GETPID, 0, 1),
        stores: [{ offset: 0, bytes: Buffer.from('abc') }],
        loads: [{ offset: 0, bytes: 3 }],
      },
    ]);
    const body = valid.subarray(4);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: body.length - 1 }), fc.uint8Array({ maxLength: 3 }), cut),
      { seed: 7, numRuns: 60 },
    );
    async function cut(at: number, more: Uint8Array): Promise<void> {
      const part = Buffer.concat([body.subarray(0, at), at < 8 ? Buffer.alloc(0) : more]);
      const size = Buffer.alloc(4);
      size.writeUInt32LE(part.length, 0);
      // What it is given is refused, whatever a few bytes more at its end make of it.
      if (part.equals(body)) return;
      const { code, stderr } = await answerTo(Buffer.concat([size, part]));
      expect(code).toBe(2);
      expect(stderr).toMatch(/^agent: the request [a-z ']+\n$/);
    }
  });

  it('runs a handler as a task of its own, until it is told to return', async () => {
    const agent = await Agent.start(path);
    const { events } = await agent.run([
      sigaction(agent, SIGUSR1, 1),
      call(0, KILL, 0, 1, SIGUSR1),
      call(0, GETPID),
      call(1, GETPID),
      call(1, RT_SIGRETURN),
      call(0, GETPID),
    ]);
    await agent.end();
    const seen = events.map(({ step, kind, result }) => `${step} ${kind} ${result}`);
    expect(seen.slice(0, 6)).toEqual([
      ...['6 born 0', '0 done 0', '1 born 1', '1 blocked 0', '2 busy 0', '3 done 1'],
    ]);
    // The end of the handler lets go on what it interrupted: both are news of step 4.
    expect(seen.slice(6, 8).sort()).toEqual(['1 done 0', '4 done 0']);
    expect(seen.slice(8)).toEqual(['5 done 1']);
  });

  it('sees what a handler covers that begins where another ended', async () => {
    const agent = await Agent.start(path);
    // Many times, as it is a race with the agent's looks at one task after the other.
    for (let time = 0; time < 200; time++) {
      const { events } = await agent.run([
        sigaction(agent, SIGUSR2, 2),
        sigaction(agent, SIGUSR1, 3, 1n << BigInt(SIGUSR2 - 1)),
        call(0, FORK, 1),
        call(0, KILL, 0, 2, SIGUSR1),
        call(0, KILL, 0, 2, SIGUSR2),
        call(3, RT_SIGRETURN),
        call(1, GETPID),
        call(2, RT_SIGRETURN),
        call(1, GETPID),
      ]);
      const seen = events.map(({ step, kind, result }) => `${step} ${kind} ${result}`);
      expect(seen.filter((event) => /^[68]/.test(event))).toEqual(['6 busy 0', '8 done 2']);
    }
    await agent.end();
  });

  it('sees which of two handlers began on top of the other', async () => {
    const agent = await Agent.start(path);
    // Many times, as they are mostly found one after the other.
    for (let time = 0; time < 200; time++) {
      const { events } = await agent.run([
        call(0, FORK, 2),
        sigaction(agent, SIGCHLD, 1),
        sigaction(agent, SIGUSR2, 3),
        // The child dies of it, and tells.
        call(0, KILL, 0, 0, SIGUSR2),
        call(1, RT_SIGRETURN),
        call(3, RT_SIGRETURN),
        call(0, GETPID),
      ]);
      const seen = events.map(({ step, kind, result }) => `${step} ${kind} ${result}`);
      expect(seen.filter((event) => /^[456] done/.test(event))).toEqual([
        '4 done 0',
        '5 done 0',
        '6 done 1',
      ]);
    }
    await agent.end();
  });

  it('refuses to end a handler that is none', async () => {
    const { code, stderr } = await answerTo(encodeRequest([call(0, RT_SIGRETURN)]));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'agent: the request ends a handler that is none\n',
    });
  });

  it('ends without a word when its harness does', async () => {
    expect(await answerTo(Buffer.alloc(0))).toEqual({ code: 0, stderr: '' });
    expect(await answerTo(Buffer.from([1]))).toEqual({ code: 0, stderr: '' });
  });

  it('leaves nobody behind when it is killed in the middle of a call', async () => {
    const agent = await Agent.start(path);
    await agent.run([call(0, FORK, 1)]);
    // It waits for a task that is stopped, which neither returns nor sleeps.
    const running_ = agent.run([call(0, FORK, 1), call(0, KILL, 0, 2, SIGSTOP), call(1, GETPID)]);
    const ends = expect(running_).rejects.toThrow(/^the agent: ended with SIGKILL; see/);
    await agent.end();
    await ends;
    await untilNobodyRuns();
  });

  it('is not trusted: garbage, silence and other versions are one sentence each', async () => {
    const hello = (version: number) => {
      const bytes = Buffer.alloc(52);
      bytes.writeUInt32LE(48, 0);
      bytes.writeUInt32LE(0x42444953, 4);
      bytes.writeUInt32LE(version, 8);
      return `process.stdout.write(Buffer.from('${bytes.toString('hex')}', 'hex'))`;
    };
    const cases: [string, string][] = [
      ["process.stdout.write('hello, world, how are you today')", 'it sends a frame of'],
      [hello(AGENT_VERSION + 1), `it speaks version ${AGENT_VERSION + 1}`],
      ['process.exit(7)', 'ended with exit code 7'],
      ["process.stderr.write('agent: no room'); process.exit(3)", 'no room'],
    ];
    for (const [index, [body, reason]] of cases.entries()) {
      const fake = join(directory, `fake-${index}`);
      await writeFile(fake, `#!${process.execPath}\n${body};\n`);
      await chmod(fake, 0o700);
      await expect(Agent.start(fake)).rejects.toThrow(InputError);
      await expect(Agent.start(fake)).rejects.toThrow(reason);
    }
    await expect(Agent.start(join(directory, 'missing'))).rejects.toThrow("can't be started");
  });
});
