// SPDX-License-Identifier: MIT
/**
 * Another model checker finds what we find: Spin, on the program that promela.ts prints, without
 * reduction, has our states, our transitions and one more, and a deadlock where we have one.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../graph.ts';
import { verifying, whyNoSpin } from '../spin/run.ts';
import { litmusPrograms } from './arbitrary.ts';
import { type LitmusProgram, parseLitmus } from './program.ts';
import { promelaOf } from './promela.ts';
import { litmusSystem } from './system.ts';

const missing = await whyNoSpin();
const why = missing === null ? '' : ` (SKIPPED: ${missing})`;

interface Found {
  readonly states: number;
  /** Without the one that makes the initial state. */
  readonly transitions: number;
  readonly deadlocks: boolean;
}

const bySpin = (promela: string): Promise<Found> =>
  verifying(promela, {}, async (verifier) => {
    const { states, transitions } = await verifier.search('-E');
    const { isStuck } = await verifier.search();
    return { states, transitions: transitions - 1, deadlocks: isStuck };
  });

function byUs(program: LitmusProgram): Found {
  const { verdict, states, transitions, deadlocks } = explore(litmusSystem(program), {
    maxStates: 200_000,
  });
  expect(verdict).toEqual({ kind: 'EXHAUSTIVE' });
  return { states, transitions, deadlocks: deadlocks > 0 };
}

async function compare(program: LitmusProgram): Promise<void> {
  const promela = promelaOf(program);
  expect(byUs(program), promela).toEqual(await bySpin(promela));
}

describe.skipIf(why !== '')(`Spin${why}`, () => {
  it.concurrent.each([
    ['Rx', 'a thread alone'],
    ['Wx Wy || Ry Rx', 'two threads'],
    ['Wx=3 Wx=0 || Rx Rx || Wx', 'three, on one cell, with values that come back'],
    ['Wx || Rx Wy || Ry Rx', 'three'],
    ['Wx Ry || Wy Rz || Wz Rx', 'three in a ring'],
    ['Ux Ux || Ux Uy || Uy', 'updates'],
    ['Cx:0>1 || Cx:1>2 || Cx:0>3', 'swaps that fail and succeed'],
    ['Cx:0>0 Wx || Cx:1>0', 'a swap that changes nothing'],
    ['Lm Rx Wx Xm || Lm Rx Wx Xm || Lm Rx Xm', 'a lock'],
    ['Lm Ln Xn Xm || Ln Lm Xm Xn', 'two locks in opposite order'],
    ['Lm Ln || Ln Lm || Lm Wx Xm', 'locks that are not let go'],
    ['Lm Lm', 'a lock taken twice'],
    ['Lx Xx || Wx Wx=0 || Lx Xx', 'a lock that somebody writes'],
    ['Lm Ux Xm Cx:2>0 || Lm Ux Xm Rx || Wx=7', 'all of it'],
  ])('finds the same in %s, %s', (text) => compare(parseLitmus(text)));

  const random = fc.sample(litmusPrograms, { seed: 200807, numRuns: 10 });
  it.concurrent.each(random.map((program, at) => ({ number: at + 1, program })))(
    'finds the same in random program $number',
    ({ program }) => compare(program),
  );

  it('would tell a program from another', async () => {
    const racy = parseLitmus('Rx Wx || Rx Wx');
    const atomic = parseLitmus('Ux || Ux');
    expect(byUs(atomic)).not.toEqual(await bySpin(promelaOf(racy)));
  });
});
