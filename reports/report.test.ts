// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { toJsonSchema } from '@valibot/to-json-schema';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { measured, result } from '../cli/result-for-tests.ts';
import { renderMarkdown } from './markdown.ts';
import { reportOf } from './report.ts';
import { type Result, ResultSchema } from './result.ts';
import { renderText, WIDTH } from './text.ts';
import { jsonOf } from './write.ts';

/** Enough of everything for every kind of block. */
const SOME: Result = {
  ...result,
  races: result.races.filter(({ scenario }) =>
    ['handler-creates', 'threads-ask-at-once', 'library-fork'].includes(scenario),
  ),
  mutants: result.mutants.slice(-8),
  ledger: result.ledger.filter(({ call }) => call === 'msgget'),
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
    // Not any text, by the schema.
    const FIXED = [
      ...['schema', 'kind', 'verdict', 'mode', 'form', 'context', 'scenarioKind', 'of', 'entry'],
      ...['interleavings', 'failing'],
    ];
    fc.assert(
      fc.property(fc.array(odd, { minLength: 1, maxLength: 5 }), fc.nat(), (texts, salt) => {
        let nth = salt;
        const text = JSON.stringify(SOME, (key, value: unknown) => {
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
    const { schema, conformance, observed, times, realRestores, timed, provenance, ...exact } =
      result;
    expect(await measured()).toEqual(exact);
  });
});

describe('what a report says', () => {
  const saying = (change: (result: Result) => void): string => {
    const other = structuredClone(result);
    change(other);
    // As it would be said in one line.
    return renderText(reportOf(other)).replaceAll(/\s+/g, ' ');
  };
  const race = (other: Result, scenario: string, strategy: string) =>
    other.races.find((row) => row.scenario === scenario && row.strategy === strategy);
  const drawing = race(result, 'handler-creates', 'procfs')?.counterexample ?? null;

  it('of a restarter is that designs differ in work, unless one fails there', () => {
    expect(saying(() => {})).toContain('so that there they differ in work and interface');
    const failing = saying((other) => {
      Object.assign(race(other, 'bystander-process', 'setter') ?? {}, { counterexample: drawing });
    });
    expect(failing).toContain('not all survive what was explored and restore the captures: setter');
    const stuck = saying(({ restarts: [table] }) => {
      Object.assign(table?.rows[0] ?? {}, { end: { kind: 'stuck', waiting: 'x' } });
    });
    expect(stuck).toContain('not all survive what was explored and restore the captures: with_id');
    expect(stuck).toContain('criu (5 tasks) 17 of 18');
  });

  it('of every interleaving is said of nothing that was sampled', () => {
    expect(saying(() => {})).toContain('Every interleaving was explored.');
    const sampled = saying((other) => {
      const verdict = { kind: 'SAMPLED', runs: 100, seed: 1, by: 'URW' };
      Object.assign(race(other, 'bystander-process', 'setter') ?? {}, { verdict, deepest: null });
      Object.assign(race(other, 'handler-creates', 'procfs') ?? {}, { verdict });
    });
    expect(sampled).not.toContain('Every interleaving was explored.');
    expect(sampled).toContain('1 verdict is not of every interleaving');
    expect(sampled).toMatch(/bystander-process R ok \dx\d ok \dx\d ~ok ok \dx\d /);
    expect(sampled).toMatch(/handler-creates G ok \dx\d ~S1 S1 ok \dx\d /);
    expect(sampled).toContain('S1 handler-creates: procfs, best form lane: model, sampled');
  });

  it('of controls and seeded defects is which were not noticed', () => {
    const text = saying(({ races, mutants: [mutant] }) => {
      // Its design fails these as well, so that it shows nothing.
      for (const row of races) {
        if (row.strategy !== 'check-at-set') continue;
        if (row.scenario !== 'handler-creates') row.counterexample = null;
      }
      if (mutant !== undefined) mutant.killedBy = [];
    });
    const all = result.mutants.length;
    expect(text).toContain('check-at-set FAILS NOTHING OF ITS OWN');
    expect(text).toContain(`${all - 1} of ${all} rejected`);
    expect(text).toContain(`${result.mutants[0]?.mutant} NOTHING`);
  });

  it('of the scenarios is which nothing was seen to fail', () => {
    expect(saying(() => {})).not.toContain('SHOWN TO FAIL BY NOTHING');
    const text = saying(({ mutants }) => {
      mutants.splice(
        0,
        mutants.length,
        ...mutants.filter(({ killedBy }) => killedBy[0] !== 'tid-reuse'),
      );
      for (const row of mutants) if (row.killedBy[0] === 'faulting-argument') row.killedBy = [];
    });
    expect(text).toContain('SHOWN TO FAIL BY NOTHING: faulting-argument.');
  });
});
