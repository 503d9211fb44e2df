// SPDX-License-Identifier: MIT
/** Reports of the real result of this tree, with what varies from run to run held still. */
import { readFileSync } from 'node:fs';
import { toJsonSchema } from '@valibot/to-json-schema';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { CAPTURES, chooseScenarios, chooseStrategies, readCapture } from '../cli/choose.ts';
import { captureName, conclude, mutantRows, races, restartTable, work } from '../cli/measure.ts';
import { isBestForm } from '../core/kernel/strategy.ts';
import { claims } from './claims/index.ts';
import { renderMarkdown } from './markdown.ts';
import { reportOf } from './report.ts';
import { type Claim, type Measured, RESULT_SCHEMA, type Result, ResultSchema } from './result.ts';
import { renderText, WIDTH } from './text.ts';
import { jsonOf } from './write.ts';

async function measured(): Promise<Measured & Pick<Result, 'claims'>> {
  const strategies = await chooseStrategies([]);
  const designs = strategies.filter(({ kind }) => kind === 'design');
  const captures = [];
  for (const path of CAPTURES) {
    captures.push({ name: captureName(path), capture: await readCapture(path) });
  }
  const restarts = [];
  for (const capture of captures)
    restarts.push(await restartTable(capture, designs, { seed: 200807, workers: [1, 2, 4] }));
  const rows = await races(await chooseScenarios([]), strategies, 200807, () => {});
  const onRestart = () => {};
  const { times, ...counted } = await work(
    strategies.filter(({ kind }) => kind !== 'control'),
    {
      large: strategies.filter(isBestForm),
      seed: 200807,
      sizes: [10, 100],
      onRestart,
    },
  );
  const mutants = await mutantRows(() => {});
  return conclude(strategies, captures, { races: rows, restarts, mutants, ...counted });
}

const result: Result = {
  schema: RESULT_SCHEMA,
  ...(await measured()),
  conformance: {
    kind: 'run',
    seed: 200807,
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
    seed: 200807,
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

function expectMailable(text: string): void {
  for (const line of text.split('\n')) {
    expect(line.length).toBeLessThanOrEqual(WIDTH);
    expect(line).toMatch(/^[\x20-\x7e]*$/);
    expect(line).not.toMatch(/ $/);
  }
}

describe('the text report', () => {
  it('is this one', async () => {
    await expect(renderText(reportOf(result))).toMatchFileSnapshot('golden/report.txt');
  });

  it('fits into a mail', () => {
    expectMailable(renderText(reportOf(result)));
  });

  it('fits into a mail whatever the names, texts and numbers in it', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom('x'.repeat(300), 'word '.repeat(60), '\t\n\r\u001b[31m', ''),
    );
    const FIXED = ['kind', 'verdict', 'mode', 'form', 'schema'];
    fc.assert(
      fc.property(fc.array(odd, { minLength: 1, maxLength: 5 }), fc.nat(), (texts, salt) => {
        let nth = salt;
        const text = JSON.stringify(result, (key, value: unknown) => {
          if (typeof value === 'string' && !FIXED.includes(key) && ++nth % 3 === 0) {
            return texts[nth % texts.length];
          }
          return typeof value === 'number' && ++nth % 5 === 0 ? 1e15 + nth : value;
        });
        expectMailable(renderText(reportOf(JSON.parse(text) as Result)));
      }),
      { seed: 200807, numRuns: 20 },
    );
  });

  it('is what the README shows of it, line by line', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const shown = /```\n([\s\S]*?)```/
      .exec(readme)?.[1]
      ?.split('\n')
      .filter((line) => line !== '');
    const lines = renderText(reportOf(result)).split('\n');
    expect(shown?.length).toBeGreaterThan(10);
    expect(shown?.filter((line) => !lines.includes(line))).toEqual([]);
  });

  it('names the lane of every table', () => {
    for (const { title, lane, blocks } of reportOf(result).sections) {
      const hasFigures = blocks.some(({ kind }) => kind === 'table' || kind === 'drawing');
      expect(hasFigures && lane === null ? title : null).toBeNull();
    }
  });
});

describe('the Markdown report', () => {
  it('is this one', async () => {
    await expect(renderMarkdown(reportOf(result))).toMatchFileSnapshot('golden/report.md');
  });

  it('has as many cells in each row of a table as in its head', () => {
    const cells = (line: string) => line.replaceAll('\\|', '').split('|').length;
    let head = 0;
    for (const line of renderMarkdown(reportOf(result)).split('\n')) {
      if (!line.startsWith('|')) head = 0;
      else if (head === 0) head = cells(line);
      else expect(cells(line)).toBe(head);
    }
  });
});

describe('the JSON report', () => {
  it('is the result, and what its schema says', () => {
    expect(v.parse(ResultSchema, JSON.parse(jsonOf(result)))).toEqual(result);
  });

  it('has a published schema, which is the one of the types', async () => {
    const schema = toJsonSchema(ResultSchema, { target: 'draft-07', errorMode: 'ignore' });
    await expect(jsonOf(schema)).toMatchFileSnapshot('result.schema.json');
  });
});

describe('what was measured', () => {
  it('is the same when it is measured again', async () => {
    expect(await measured()).toEqual(await measured());
  });
});

describe('a claim', () => {
  const judged = (change: (measured: Measured) => void): ((number: number) => Claim) => {
    const other = structuredClone(result) as Measured;
    change(other);
    const all = claims(other);
    return (number) => all.find((claim) => claim.number === number) as Claim;
  };
  const verdictOf = (number: number, change: (measured: Measured) => void = () => {}) =>
    judged(change)(number).verdict;
  const strategy = (measured: Measured, name: string) =>
    measured.strategies.find((row) => row.name === name) as Measured['strategies'][number];
  const race = (measured: Measured, name: string) =>
    measured.races.find((row) => row.strategy === name) as Measured['races'][number];

  it('is one of twenty-one, each once', () => {
    const numbers = result.claims.map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
  });

  it('of a new call for each follows the number of calls', () => {
    expect(verdictOf(1)).toBe('supported');
    expect(verdictOf(1, (m) => strategy(m, 'with_id').syscalls.pop())).toBe('refuted');
  });

  it('of no races between threads follows the exploration, and its control', () => {
    expect(verdictOf(5)).toBe('supported');
    const fails = (name: string, failing: string) => (m: Measured) => {
      race(m, name).failing = failing;
    };
    expect(verdictOf(5, fails('procfs', '1'))).toBe('refuted');
    expect(verdictOf(5, fails('process-field', '0'))).toBe('not measured yet');
    expect(
      verdictOf(5, (m) => {
        race(m, 'procfs').verdict = { kind: 'INCOMPLETE', reason: 'budget', seen: 1 };
      }),
    ).toBe('not measured yet');
  });

  it('of indirect doing what is needed follows its restarts', () => {
    expect(verdictOf(8)).toBe('depends');
    expect(
      verdictOf(8, (m) => {
        for (const row of m.restarts[0]?.rows ?? []) row.end = { kind: 'stuck', waiting: 'x' };
      }),
    ).toBe('refuted');
  });

  it('of a field in the task follows the fields', () => {
    expect(verdictOf(9)).toBe('supported');
    expect(verdictOf(9, (m) => strategy(m, 'indirect').fields.pop())).toBe('refuted');
  });

  it('of two passes follows the entries', () => {
    expect(verdictOf(14)).toBe('supported');
    expect(
      verdictOf(14, (m) => {
        for (const row of m.ledger) if (row.by === 'setter') row.ledger.entries = 1;
      }),
    ).toBe('refuted');
  });

  it('of the state of IPC objects follows the restart with ids alone', () => {
    expect(verdictOf(18)).toBe('supported');
    expect(
      verdictOf(18, (m) => {
        for (const row of m.idsOnly) row.differs = null;
      }),
    ).toBe('refuted');
  });

  it('is not measured where the run left out what it rests on', () => {
    const without = judged((m) => {
      m.strategies = m.strategies.filter(({ name }) => name !== 'procfs');
      m.races = m.races.filter(({ strategy: name }) => name !== 'procfs');
      m.ledger = m.ledger.filter(({ by }) => by !== 'procfs');
    });
    for (const number of [1, 4, 5]) {
      expect(without(number).verdict).toBe('not measured yet');
      expect(without(number).evidence).toContain('left out');
    }
    expect(without(14).verdict).toBe('supported');
  });

  it('that is not measured names the lane that will', () => {
    const open = result.claims.filter(({ verdict }) => verdict === 'not measured yet');
    expect(open.every(({ lanes }) => lanes.length > 0)).toBe(true);
    expect(open.map(({ number }) => number)).toEqual([2, 3, 6, 13, 15, 16, 17, 20, 21]);
  });
});
