// SPDX-License-Identifier: MIT
/** Captures restored by real tasks; and restores that go wrong, each found and said. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareCaptures } from '../../core/restart/compare.ts';
import { generateCapture } from '../../core/restart/generate.ts';
import { importCriu } from '../../core/restart/import-criu.ts';
import { Agent } from '../host/agent.ts';
import { whyNoHost } from '../host/availability.ts';
import { buildAgent } from '../host/build-agent.ts';
import { frameOf, REQUEST_RESTORE, word } from '../host/protocol.ts';
import type { Tape } from '../tape/tape.ts';
import { encodeTapes } from '../tape/wire.ts';
import { beyond, type Limits, readLimits } from './limits.ts';
import { raceNextId } from './next-id-race.ts';
import { captureStanding, encodeScore, play, tearDown } from './play.ts';
import { prepare, restoreAll, type Subject } from './restore.ts';
import type { Score } from './score.ts';
import { withoutState } from './stateless.ts';
import { captureLive } from './subjects.ts';
import { CLONE3_WAY, WAYS } from './ways.ts';

const noHost = await whyNoHost();
const why = noHost === null ? '' : ` (SKIPPED: ${noHost})`;
const CRIU = fileURLToPath(new URL('../../core/restart/fixtures/criu/', import.meta.url));
const SEED = 5;
const generated = (tasks: number, levels: number): Subject => ({
  name: `${tasks}`,
  capture: withoutState(generateCapture({ tasks, levels, objects: 12 }, SEED)).capture,
});
const ONE = { forking: 1, restoring: 1 };

let agent: Agent;
let limits: Limits;
beforeAll(async () => {
  if (noHost !== null) return;
  agent = await Agent.start(await buildAgent());
  limits = await readLimits(agent);
});
afterAll(async () => {
  if (noHost === null) await agent.end();
});

function scoreFor(subject: Subject, way = CLONE3_WAY, workers = ONE): Score {
  const score = prepare(limits, subject, way, workers);
  if ('kind' in score) throw new Error(score.reason);
  return score;
}

/** What a changed score comes to. */
async function outcome(subject: Subject, score: Score): Promise<unknown> {
  const { refused } = await play(agent, score, encodeScore(score));
  const end = refused ?? compareCaptures(subject.capture, await captureStanding(agent));
  await tearDown(agent);
  return end;
}

/** `change` to the first tape for which it gives another one. */
function changed(score: Score, change: (tape: Tape) => Tape | null): Score {
  let isDone = false;
  const tapes = score.tapes.map((tape) => {
    const other = isDone ? null : change(tape);
    isDone ||= other !== null;
    return other ?? tape;
  });
  if (!isDone) throw new Error('nothing was changed');
  return { ...score, tapes };
}

describe.skipIf(noHost !== null)(`a restore for real${why}`, () => {
  it('brings back what CRIU dumped and a tree that lives, as they were', async () => {
    const subjects = [
      { name: 'criu', capture: importCriu(CRIU) },
      { name: 'live', capture: await captureLive() },
    ];
    const how = { ways: WAYS, workers: [1, 2, 4], runs: 1 };
    const [criu, live] = await restoreAll(agent, subjects, how);
    expect(criu?.rows.map(({ end }) => end)).toEqual(
      criu?.rows.map(() => ({ kind: 'restored', fields: 67 })),
    );
    expect([criu?.left, live?.left]).toEqual([0, 25]);
    const refused = {
      kind: 'refused',
      reason: expect.stringMatching(/^directed clone, to fork task 7 as 7\/1, gives -EINVAL$/),
    };
    const restored = { kind: 'restored', fields: 121 };
    expect(live?.rows.map(({ end }) => end)).toEqual([
      ...[restored, restored, restored],
      ...[refused, refused, refused],
    ]);
  });

  it('brings back generated ones by each way, with any number of workers', async () => {
    const subjects = [generated(60, 1), generated(60, 3)];
    const how = { ways: WAYS, workers: [1, 2, 4], runs: 2 };
    const [flat, nested] = await restoreAll(agent, subjects, how);
    const kinds = (rows = flat?.rows) => rows?.map(({ end }) => end.kind);
    expect(kinds()).toEqual(Array.from({ length: 6 }, () => 'restored'));
    expect(kinds(nested?.rows)).toEqual([
      ...['restored', 'restored', 'restored'],
      ...['refused', 'refused', 'refused'],
    ]);
    const stages = flat?.rows[0]?.times?.stages.map(({ ns }) => ns) ?? [];
    expect(stages).toEqual([...stages].sort((a, b) => a - b));
    expect(flat?.rows[0]?.times?.runs).toBe(2);
  });

  it('notices a name that is another', async () => {
    const subject = generated(20, 1);
    const score = changed(scoreFor(subject), ({ memory, ...tape }) => {
      const at = memory.indexOf('worker\0');
      if (at < 0) return null;
      const other = Buffer.from(memory);
      other.write('W', at);
      return { ...tape, memory: other };
    });
    expect(await outcome(subject, score)).toMatchObject({
      difference: { place: expect.stringMatching(/comm$/), captured: 'worker', restored: 'Worker' },
    });
  });

  it('notices a number that is another, though the call returned what it was given', async () => {
    const subject = generated(20, 1);
    const score = changed(scoreFor(subject), (tape) => {
      const nth = tape.calls.findIndex(({ call, expects }) => call === 'clone3' && expects !== 1);
      const call = tape.calls[nth];
      const place = call?.args[0];
      if (call === undefined || typeof place !== 'object' || !('memory' in place)) return null;
      const setTid = tape.pointers.find(({ at }) => at === place.memory + 64);
      if (setTid === undefined) return null;
      const memory = Buffer.from(tape.memory);
      memory.writeUInt32LE(31_000, setTid.to);
      return { ...tape, memory, calls: tape.calls.with(nth, { ...call, expects: 31_000 }) };
    });
    // Whoever joins its group or waits for it is refused first, or it is missing in the end.
    const end = JSON.stringify(await outcome(subject, score));
    expect(end).toMatch(/missing|gave -\d+|thread/);
  });

  it('ends with the first call that returns what it must not, and says which', async () => {
    const subject = generated(20, 1);
    const score = changed(scoreFor(subject), (tape) => {
      const nth = tape.calls.findIndex(({ call }) => call === 'setsid');
      const call = tape.calls[nth];
      if (call === undefined) return null;
      return { ...tape, calls: tape.calls.with(nth, { ...call, expects: 77 }) };
    });
    expect(await outcome(subject, score)).toMatch(
      /^setsid of task \d+, its call \d+, gave \d+, where 77 was to come$/,
    );
  });

  it('goes on with the next one after one that was refused', async () => {
    const subject = generated(20, 1);
    expect(await outcome(subject, scoreFor(subject))).toHaveProperty('fields');
  });

  it('sees the hint of next_id fail where two use it at once', async () => {
    let failed = 0;
    for (let n = 0; n < 40 && failed === 0; n++) {
      failed = (await raceNextId(agent, 10, SEED)).failed;
    }
    expect(failed).toBeGreaterThan(0);
  });

  it('leaves nobody behind when it is killed half-way', async () => {
    const doomed = await Agent.start(await buildAgent());
    const score = scoreFor(generated(300, 1));
    const ends = expect(play(doomed, score, encodeScore(score))).rejects.toThrow(/SIGKILL/);
    const children = `/proc/${doomed.pid}/task/${doomed.pid}/children`;
    const init = Number(readFileSync(children, 'utf8').trim());
    expect(init).toBeGreaterThan(0);
    await doomed.end();
    await ends;
    // It dies with its parent, and is not gone before all below it are.
    while (existsSync(`/proc/${init}`)) await new Promise((resolve) => setImmediate(resolve));
  });
});

describe.skipIf(noHost !== null)('a request for a restore', () => {
  const words = (...numbers: number[]) => numbers.map((n) => word(n, 4));
  const tapes = (call: 'arrive' | 'wait', tally: number) =>
    encodeTapes([
      {
        calls: [{ call, args: [tally], expects: 0 }],
        memory: Buffer.alloc(0),
        pointers: [],
      },
    ]);

  async function answer(request: Buffer): Promise<{ code: unknown; stderr: string }> {
    const child = spawn(await buildAgent(), [], { stdio: 'pipe' });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.stdout.resume();
    child.stdin.on('error', () => {});
    child.stdin.end(request);
    const [code] = await once(child, 'close');
    return { code, stderr };
  }

  it.each<[string, Buffer[], string]>([
    ['without tallies', words(0), 'has no tallies, or too many'],
    ['with too many tallies', words(1 << 20), 'has no tallies, or too many'],
    ['that ends early', words(1), 'ends in the middle of a value'],
    ['without a tape', words(1, 1, 0), 'has no tape for an init'],
    ['that goes on', [...words(1, 1), tapes('arrive', 0), ...words(7)], 'goes on after its end'],
  ])('%s is refused with exit code 2', async (_, parts, reason) => {
    const { code, stderr } = await answer(frameOf(REQUEST_RESTORE, parts));
    expect({ code, stderr }).toEqual({ code: 2, stderr: `agent: the request ${reason}\n` });
  });

  it('that names a tally that is not there is a refused call', async () => {
    const score: Score = {
      tapes: [
        {
          calls: [{ call: 'arrive', args: [9], expects: 0 }],
          memory: Buffer.alloc(0),
          pointers: [],
        },
      ],
      names: ['restarter'],
      tallies: [{ name: 'restored', of: 1 }],
      directed: 0,
    };
    const { refused } = await play(agent, score, encodeScore(score));
    await tearDown(agent);
    expect(refused).toBe('arrive of restarter, its call 1, gave -22, where 0 was to come');
  });
});

describe.skipIf(noHost !== null)('a machine without the room', () => {
  const { capture } = generated(60, 1);
  const way = { name: 'clone3', usesClone3: true };

  it.each<[string, Partial<Limits>, RegExp]>([
    [
      'for so many tasks',
      { tasks: { limit: 'ulimit -u', most: 50 } },
      /^ulimit -u is 50, and this/,
    ],
    ['for such numbers', { pidMax: 100 }, /^pid_max is 100, and there is a \d+$/],
    ['for so many segments', { shm: 1 }, /^shmmni is 1, and there are \d+$/],
    ['for such users', { users: 1 }, /^there are users 0 to 0, and \d+ is needed$/],
    ['for clone3', { features: 0 }, /^clone3 is refused here$/],
  ])('%s says so before anything is done', (_, lacks, reason) => {
    expect(beyond(limits, capture, way, 60)).toBeNull();
    expect(beyond({ ...limits, ...lacks }, capture, way, 60)).toMatch(reason);
  });
});

describe('state', () => {
  it('is left out and counted, each number of an array', () => {
    const whole = generateCapture({ tasks: 2, levels: 1, objects: 9 }, SEED);
    const { capture, left } = withoutState(whole);
    const { msg, sem, shm } = whole.ipc;
    const pids = sem.reduce((sum, { values }) => sum + values.length, 0);
    expect(left).toBe(5 * msg.length + 5 * shm.length + 2 * sem.length + pids);
    expect(JSON.stringify(capture)).not.toContain('state":{');
  });
});
