// SPDX-License-Identifier: MIT
/**
 * A relative that the model has no part of, as it was measured: INOTIFY_IOC_SETNEXTWD, by which a
 * restart asks for a watch descriptor. A hint too: a number that is in use is not an error.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agent } from '../host/agent.ts';
import { whyNoHost } from '../host/availability.ts';
import { buildAgent } from '../host/build-agent.ts';
import type { WireArg, WireStep } from '../host/protocol.ts';

const noHost = await whyNoHost();
let agent: Agent;
beforeAll(async () => {
  if (noHost === null) agent = await Agent.start(await buildAgent());
});
afterAll(() => agent?.end());

const INOTIFY_INIT1 = 294;
const INOTIFY_ADD_WATCH = 254;
const IOCTL = 16;
/** _IOW('I', 0, __s32) */
const SETNEXTWD = 0x40044900n;
const IN_MODIFY = 2n;
const EINVAL = 22n;

const number = (value: bigint): WireArg => ({ kind: 'number', value });
/** The descriptor that the first step returns. */
const fd: WireArg = { kind: 'result', step: 0 };

const step = (nr: number, args: readonly WireArg[], text = ''): WireStep => ({
  ...{ task: 0, child: 0, nr, args, loads: [] },
  stores: text === '' ? [] : [{ offset: 0, bytes: Buffer.from(`${text}\0`) }],
});
const wants = (wd: bigint) => step(IOCTL, [fd, number(SETNEXTWD), number(wd)]);
const watches = (path: string) =>
  step(INOTIFY_ADD_WATCH, [fd, { kind: 'memory', offset: 0 }, number(IN_MODIFY)], path);

describe.skipIf(noHost !== null)('INOTIFY_IOC_SETNEXTWD', () => {
  it('refuses what is not above 0, and gives the next free one for one that is taken', async () => {
    const rows: readonly [WireStep, bigint][] = [
      [step(INOTIFY_INIT1, [number(0n)]), 0n],
      [wants(1000n), 0n],
      [watches('/'), 1000n],
      [wants(1000n), 0n],
      [watches('/proc'), 1001n],
      [wants(0n), -EINVAL],
      [wants(-1n), -EINVAL],
    ];
    const { events } = await agent.run(rows.map(([made]) => made));
    const results = events.filter(({ kind }) => kind === 'done').map(({ result }) => result);
    expect(results).toEqual(rows.map(([, result]) => result));
  });
});
