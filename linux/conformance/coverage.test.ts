// SPDX-License-Identifier: MIT
/** Coverage counts what ran and nothing else, and the list of what can't be reached is exact. */
import { Session } from 'node:inspector/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inexact, nameOf } from './beyond-scripts.ts';
import type { FileCoverage } from './coverage.ts';
import { CoveredModel } from './covered-model.ts';
import { scripts } from './generate/scripts.ts';
import type { Script, Step } from './script.ts';

const call = (name: Step['call'], ...args: number[]): Step => ({ task: 0, call: name, args });

async function reachedBy(...all: readonly Script[]): Promise<FileCoverage[]> {
  const model = new CoveredModel();
  try {
    for (const script of all) await model.run(script);
    return await model.reached();
  } finally {
    await model.end();
  }
}

const unreachedIn = (files: readonly FileCoverage[], name: string): string[] =>
  (files.find(({ file }) => file === name)?.unreached ?? []).map(nameOf);

describe('coverage', () => {
  it('counts the branches that a call took, and not those that it did not', async () => {
    const files = await reachedBy([call('setuid', -1)]);
    const cred = unreachedIn(files, 'cred.ts');
    expect(cred).toContain('setId: unless (id < 0)');
    expect(cred).not.toContain('setId: if (id < 0)');
    expect(cred).toContain('setResId');
    expect(cred).not.toContain('setId');
  });

  it('sums over scripts', async () => {
    const files = await reachedBy([call('setuid', -1)], [call('setuid', 0)], [call('setsid')]);
    const cred = unreachedIn(files, 'cred.ts');
    expect(cred).toContain('setId: unless (capable(current, ids.needs))');
    expect(cred).not.toContain('setId: if (capable(current, ids.needs))');
    expect(cred).not.toContain('setId: if (id < 0)');
    expect(cred).not.toContain('setId: unless (id < 0)');
    expect(unreachedIn(files, 'session.ts')).not.toContain('setsid');
  });

  it('has the totals of a file whatever was reached, and places in its source', async () => {
    const [few, more] = [
      await reachedBy([call('getpid')]),
      await reachedBy([call('setuid', 0), call('msgget', 0, 0o1600), call('setpgid', 0, 0)]),
    ];
    const totals = (files: readonly FileCoverage[]) =>
      files.map(({ file, branches, functions }) => [file, branches.all, functions.all]);
    expect(totals(few)).toEqual(totals(more));
    const reached = (files: readonly FileCoverage[]) =>
      files.reduce((sum, { branches }) => sum + branches.reached, 0);
    expect(reached(more)).toBeGreaterThan(reached(few));
  });

  it('is of a thread that ends, and never of the one that times the model', async () => {
    const session = new Session();
    session.connect();
    const model = new CoveredModel();
    try {
      await model.run([call('getpid')]);
      await session.post('Profiler.enable');
      await expect(session.post('Profiler.takePreciseCoverage')).rejects.toThrow(
        /not been started/,
      );
    } finally {
      await model.end();
      session.disconnect();
    }
    await expect(model.run([call('getpid')])).rejects.toThrow('ended');
  });
});

/** Some three times as many as the default run makes. */
const ENOUGH = 3600;

describe('the list of what no script can reach', () => {
  it('is exact', async () => {
    const generated = fc.sample(scripts, { seed: 200807, numRuns: ENOUGH });
    expect(inexact(await reachedBy(...generated))).toEqual([]);
  }, 180_000);

  it('would be found wrong where it is', async () => {
    const files = await reachedBy([call('getpid')]);
    expect(inexact(files)).toContain('neither reached nor listed: cred.ts setId');
    expect(inexact([])).toContain('reached, but listed: wanted.ts refuseId');
  });
});
