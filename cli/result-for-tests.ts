// SPDX-License-Identifier: MIT
/** For tests of reports: the real result of this tree, with what varies from run to run held still. */

import { isBestForm } from '../core/kernel/strategy.ts';
import { MAX_STATES } from '../properties/sizes/explored.ts';
import { smallest } from '../properties/sizes/size.ts';
import { readReference } from '../reports/reference.ts';
import { type Measured, RESULT_SCHEMA, type Result } from '../reports/result.ts';
import { CAPTURES, chooseScenarios, chooseStrategies, readCapture } from './choose.ts';
import {
  captureName,
  conclude,
  explorerRows,
  MAX_EXECUTIONS,
  mutantRows,
  races,
  restartTable,
  work,
} from './measure.ts';
import { MEMORY } from './pool.ts';

const SEED = 200807;

export async function measured(): Promise<Measured & Pick<Result, 'claims'>> {
  const strategies = await chooseStrategies([]);
  const best = strategies.filter(isBestForm);
  const captures = [];
  for (const path of CAPTURES) {
    captures.push({ name: captureName(path), capture: await readCapture(path) });
  }
  const restarts = [];
  for (const capture of captures)
    restarts.push(await restartTable(capture, best, { seed: SEED, workers: [1, 2, 4] }));
  const scenarios = await chooseScenarios([]);
  const rows = await races(scenarios.map(smallest), strategies, {
    seed: SEED,
    maxStates: MAX_STATES,
    preemptions: null,
    memory: MEMORY,
    maxExecutions: MAX_EXECUTIONS,
    grows: isBestForm,
    onRow: () => {},
  });
  const onRestart = () => {};
  const { times, ...counted } = await work(
    strategies.filter(({ kind }) => kind !== 'control'),
    {
      large: best,
      seed: SEED,
      sizes: [10, 100],
      onRestart,
    },
  );
  const mutants = await mutantRows(scenarios, () => {});
  const explorers = await explorerRows(() => {});
  const costs = await readReference();
  return conclude(strategies, captures, {
    ...{ races: rows, restarts, mutants, explorers, costs },
    ...counted,
  });
}

/** What compare would have, but for what varies from run to run. */
export const result: Result = {
  schema: RESULT_SCHEMA,
  ...(await measured()),
  conformance: {
    kind: 'run',
    seed: SEED,
    scripts: 2,
    reordered: 0,
    calls: 3,
    byCall: { fork: 1, msgget: 2 },
    byErrno: { fork: { success: 1 }, msgget: { success: 1, EEXIST: 1 } },
    branches: [
      {
        file: 'ipc.ts',
        branches: { reached: 60, all: 101 },
        functions: { reached: 10, all: 14 },
        unreached: [
          { line: 105, function: 'refuseId', branch: null, why: 'Only a design asks for it' },
          { line: 121, function: 'addId', branch: 'if (inUse >= limit)', why: null },
        ],
      },
    ],
    mismatch: null,
    knownDifferences: ['one that is known'],
    schedules: [
      {
        scenario: 'a scenario',
        strategy: 'a strategy',
        interleavings: '70',
        replayed: 6,
        isAll: true,
        mismatches: 0,
        firstMismatch: null,
        failing: 4,
      },
    ],
  },
  observed: {
    kind: 'run',
    seed: SEED,
    cpus: 2,
    rows: [
      {
        scenario: 'a scenario',
        strategy: 'one',
        allowed: 12,
        seen: 11,
        byMode: [
          { mode: 'apart', runs: 50, failing: 3 },
          { mode: 'free', runs: 50, failing: 0 },
        ],
        outside: 0,
        firstOutside: null,
        interleavings: '70',
        failing: '60',
      },
    ],
    leftOut: [{ scenario: 'another', strategy: 'one', reason: 'it has a set-up' }],
  },
  times: {
    kind: 'run',
    ...{ seed: SEED, blocks: 16, confidence: 0.99 },
    subjects: [
      {
        ...{ name: 'a call', does: 'call()', emptyNs: 3 },
        nullCalls: { kind: 'measured', estimate: 1.5, low: 1.25, high: 1.75 },
        ns: { kind: 'measured', estimate: 300, low: 290, high: 310 },
        itself: { halfWidth: 0.01, isSame: true },
      },
      {
        ...{ name: 'another', does: 'another()', emptyNs: 4 },
        ...{ nullCalls: { kind: 'noisy' }, ns: { kind: 'noisy' } },
        itself: { halfWidth: 0.2, isSame: false },
      },
    ],
    experiments: [
      {
        ...{ name: 'one for the other', from: 'a call', to: 'another' },
        ...{ nullCalls: { kind: 'noisy' }, ns: { kind: 'noisy' } },
      },
    ],
    leftOut: [{ name: 'a third', reason: 'it gave -EPERM' }],
    conditions: ['There is one CPU: whatever else runs shares it.'],
  },
  realRestores: {
    kind: 'run',
    restores: [
      {
        ...{ capture: 'a capture', source: 'by hand', tasks: 2, threads: 0, objects: 1, left: 5 },
        rows: [
          {
            ...{ way: 'clone3', workers: 1, directed: 3 },
            end: { kind: 'restored', fields: 20 },
            times: {
              runs: 2,
              whole: { median: 4e6, min: 3e6, max: 5e6 },
              stages: [{ name: 'forked', ns: 4e6 }],
              goneNs: 1e6,
            },
          },
        ],
      },
    ],
    criu: { kind: 'not run', reason: 'there is none here' },
    nextId: { runs: 10, failed: 4, first: 'msgget gave 0, where 7 was to come' },
  },
  timed: {
    calls: [
      {
        call: 'a',
        by: 'b',
        mode: 'plain',
        nsMedian: 1.4,
        nsP75: 2.5,
        samples: 3,
        callsPerSample: 4,
      },
    ],
    restarts: [{ by: 'b', tasks: 10, seconds: 0.25 }],
  },
  provenance: {
    version: '0.0.0',
    seed: SEED,
    commit: 'none',
    node: 'v20',
    cpu: 'a CPU',
    kernel: 'a kernel',
    virtualisation: 'none',
    mitigations: 'none',
    commandLine: 'sideband compare',
    started: 'then',
  },
};
