// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { toJsonSchema } from '@valibot/to-json-schema';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { judged as judgeRounds, type TimedSection } from '../../bench/gate/against.ts';
import type { Played } from '../../bench/gate/blocks.ts';
import { judge } from '../../bench/gate/rule.ts';
import { result } from '../../cli/result-for-tests.ts';
import { readReference } from '../reference.ts';
import { renderSections } from '../text.ts';
import { jsonOf } from '../write.ts';
import { accepted, BASELINE_SCHEMA, BaselineSchema } from './baseline.ts';
import type { Exact } from './figures.ts';
import { annotationsOf, benchmarkFigures, summaryOf } from './github.ts';
import { type Judged, judgeLane } from './judge.ts';
import { junitOf } from './junit.ts';
import { guestLane, hostLane, type LaneFigures, modelLane, type Ran } from './lanes.ts';
import { GATE_SCHEMA, type Gate, GateSchema, outcomeOf } from './outcome.ts';
import { gateSections } from './sections.ts';

const SEED = 200807;

function figuresOf(ran: Ran): LaneFigures {
  if (ran.kind === 'not run') throw new Error(ran.why);
  return { key: ran.key, figures: ran.figures };
}

const asRead = (exact: Exact): Exact => JSON.parse(JSON.stringify(exact));
const now = (exact: Exact): Ran => modelLane(exact, SEED);
const baseline = figuresOf(now(asRead(result)));

/** Every number of a result that is exact and of the model, by its path. */
function numbersOf(exact: Exact): (string | number)[][] {
  const paths: (string | number)[][] = [];
  const visit = (value: unknown, path: (string | number)[]): void => {
    if (typeof value === 'number') paths.push(path);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) {
        visit(one, [...path, Array.isArray(value) ? Number(key) : key]);
      }
    }
  };
  const { races, restarts, ledger, threads, calls, breakEvens, restartSizes } = exact;
  const { explorers, deadPids } = exact;
  visit({ races, restarts, ledger, threads, calls, breakEvens, restartSizes }, []);
  visit({ explorers, deadPids }, []);
  // How a schedule is drawn is for people, and the seeds are of the key.
  return paths.filter((path) => !path.includes('drawn') && path.at(-1) !== 'seed');
}

function withOneMore(exact: Exact, path: readonly (string | number)[]): Exact {
  const changed = asRead(exact);
  let at: Record<string | number, unknown> = changed as unknown as Record<string, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as typeof at;
  const last = path.at(-1) ?? '';
  at[last] = Number(at[last]) + 1;
  return changed;
}

describe('exact figures', () => {
  it('are those of the baseline, a thousand times of a thousand', () => {
    for (let run = 0; run < 1000; run++) {
      // Read anew now and then: equality is of figures, and not of objects.
      const exact = run % 50 === 0 ? asRead(result) : result;
      if (judgeLane('model', baseline, now(exact)).kind !== 'equal') expect(run).toBe('equal');
    }
  });

  it('are caught, whichever number is one more', () => {
    const paths = numbersOf(result);
    expect(paths.length).toBeGreaterThan(18_000);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: paths.length - 1 }), (nth) => {
        const path = paths[nth] ?? [];
        const judged = judgeLane('model', baseline, now(withOneMore(result, path)));
        return judged.kind === 'differs' && judged.findings.length > 0;
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it.each<[string, (exact: Exact) => void]>([
    [
      'a verdict of a claim',
      ({ claims: [one] }) => one && Object.assign(one, { verdict: 'refuted' }),
    ],
    [
      'a verdict of a race',
      ({ races: [one] }) =>
        one && Object.assign(one, { verdict: { kind: 'BOUNDED', preemptions: 1 } }),
    ],
    ['interleavings', ({ races: [one] }) => one && Object.assign(one, { interleavings: '1' })],
    [
      'a counterexample',
      ({ races }) =>
        Object.assign(races.find((row) => row.counterexample !== null)?.counterexample ?? {}, {
          replay: 'A1',
        }),
    ],
    [
      'how a restart ends',
      ({ restarts: [one] }) =>
        Object.assign(one?.rows[0] ?? {}, { end: { kind: 'stuck', waiting: 'x' } }),
    ],
    ['what rejects a mutant', ({ mutants: [one] }) => one && Object.assign(one, { killedBy: [] })],
    [
      'what a design adds',
      ({ strategies: [one] }) => one && Object.assign(one, { fields: ['more'] }),
    ],
    [
      'what ids alone restore',
      ({ idsOnly: [one] }) => one && Object.assign(one, { differs: 'elsewhere' }),
    ],
    ['a row that is gone', ({ ledger }) => ledger.pop()],
  ])('are caught where it is %s', (_what, change) => {
    const exact = asRead(result);
    change(exact);
    expect(judgeLane('model', baseline, now(exact)).kind).toBe('differs');
  });

  it('are those of kernels too, whose patches are no part of the key', async () => {
    const costs = await readReference();
    const before = figuresOf(guestLane(costs));
    expect(judgeLane('guest', before, guestLane(costs)).kind).toBe('equal');
    const [kernel] = costs.kernels;
    if (kernel === undefined) throw new Error('the reference is empty');
    const other = {
      ...kernel,
      key: 'another',
      sizes: { ...kernel.sizes, text: kernel.sizes.text + 1 },
    };
    const judged = judgeLane(
      'guest',
      before,
      guestLane({ ...costs, kernels: [other, ...costs.kernels.slice(1)] }),
    );
    expect(judged).toMatchObject({
      kind: 'differs',
      findings: [{ row: 'kernel none', figure: 'sizes.text', meaning: 'bytes' }],
    });
    expect(judgeLane('guest', before, guestLane({ ...costs, compiler: 'cc 99' }))).toMatchObject({
      kind: 'not comparable',
    });
  });

  it('of a host are whether it agrees, and not what it costs', () => {
    const before = figuresOf(hostLane(result, 'Linux 6'));
    expect(judgeLane('host', before, hostLane(result, 'Linux 6')).kind).toBe('equal');
    expect(judgeLane('host', before, hostLane(result, 'Linux 7'))).toMatchObject({
      kind: 'not comparable',
      why: 'kernel was Linux 6 and is Linux 7',
    });
    const { conformance } = result;
    if (conformance.kind === 'not run') throw new Error('it is of a host that was asked');
    const wrong = { ...result, conformance: { ...conformance, mismatch: ['both'] } };
    expect(judgeLane('host', before, hostLane(wrong, 'Linux 6'))).toMatchObject({
      kind: 'differs',
      findings: [{ kind: 'changed', figure: 'mismatch', was: 'none', is: 'found' }],
    });
    const notRun = { ...result, observed: { kind: 'not run', reason: 'no compiler' } as const };
    expect(judgeLane('host', before, hostLane(notRun, 'Linux 6'))).toMatchObject({
      kind: 'not run',
      why: 'no compiler',
    });
  });
});

const changed = (): Judged => {
  const exact = asRead(result);
  Object.assign(exact.ledger[0]?.ledger ?? {}, { copied: 4711 });
  return judgeLane('model', baseline, now(exact));
};

describe('a baseline', () => {
  const origin = { version: '0', commit: 'c' };
  const first = accepted({ old: null, lanes: { model: baseline }, because: null, origin });

  it('is what its schema says', async () => {
    expect(v.safeParse(BaselineSchema, JSON.parse(JSON.stringify(first))).success).toBe(true);
    expect(first).toMatchObject({ schema: BASELINE_SCHEMA, accepted: [{ because: 'the first' }] });
    const schema = toJsonSchema(BaselineSchema, { errorMode: 'ignore' });
    await expect(jsonOf(schema)).toMatchFileSnapshot('baseline.schema.json');
  });

  it('stays as it is where its figures are the same', () => {
    expect(accepted({ old: first, lanes: { model: baseline }, because: 'x', origin })).toBeNull();
  });

  it('takes others only with the reason, and remembers it', () => {
    const exact = asRead(result);
    Object.assign(exact.ledger[0]?.ledger ?? {}, { copied: 4711 });
    const lanes = { model: figuresOf(now(exact)) };
    expect(() => accepted({ old: first, lanes, because: null, origin })).toThrow(
      /the baseline: it has other figures \(model: 1 figures? differ.*--because/,
    );
    const next = accepted({ old: first, lanes, because: 'msgget copies more', origin });
    expect(next?.accepted.at(-1)).toEqual({
      because: 'msgget copies more',
      ...origin,
      ...{ changed: 1, added: 0, removed: 0 },
    });
  });
});

const around = (centre: number): number[] =>
  Array.from({ length: 24 }, (_, nth) => centre + 0.002 * Math.sin(nth));
const played = (centre: number, control: number): Played => ({
  row: { name: 'a', does: 'something' },
  blocks: around(centre).length,
  ns: 1000,
  otherWork: null,
  judgement: judge(around(centre)),
  control: judge(around(control)),
  rounds: { base: [], candidate: [], again: [] },
});
const section = (centre: number, again: number | null = centre, control = 0): TimedSection => ({
  section: 'model',
  ...judgeRounds(
    { first: [played(centre, control)], again: again === null ? null : [played(again, 0)] },
    { added: [], removed: [] },
  ),
});

const gateOf = (lanes: readonly Judged[], timed: readonly TimedSection[]): Gate =>
  v.parse(
    GateSchema,
    JSON.parse(
      JSON.stringify({
        ...{ schema: GATE_SCHEMA, outcome: outcomeOf(lanes, timed), exitCode: 0 },
        ...{ baseline: 'b.json', lanes, against: null, timed },
        ...{ version: '0', commit: 'c', seed: 1 },
      }),
    ),
  );

describe('what a gate comes to', () => {
  const equal: Judged = { lane: 'model', kind: 'equal', figures: 3 };
  it.each<[string, readonly Judged[], readonly TimedSection[]]>([
    ['fine', [equal], []],
    ['fine', [equal], [section(0, null)]],
    ['fine', [], [section(-0.05, null)]],
    ['regression', [changed()], []],
    ['regression', [equal], [section(0.03)]],
    ['regression', [{ lane: 'host', kind: 'not run', why: 'no compiler' }, changed()], []],
    ['noisy', [equal], [section(0.03, 0)]],
    ['noisy', [equal], [section(0.03, 0.03, 0.05)]],
    ['fine', [equal], [{ section: 'guest', kind: 'left out', why: 'there is no /dev/kvm' }]],
    ['incomplete', [], [{ section: 'guest', kind: 'left out', why: 'there is no /dev/kvm' }]],
    ['incomplete', [], []],
    ['incomplete', [{ lane: 'host', kind: 'not run', why: 'no compiler' }], []],
    ['incomplete', [{ lane: 'host', kind: 'not comparable', why: 'x', findings: [] }], []],
    ['incomplete', [equal], [{ section: 'agent', kind: 'not run', why: 'no compiler' }]],
  ])('%s', (outcome, lanes, timed) => {
    expect(outcomeOf(lanes, timed)).toBe(outcome);
  });

  it('is no pass where a row is missing or was never judged', () => {
    const exact = asRead(result);
    exact.ledger.pop();
    expect(outcomeOf([judgeLane('model', baseline, now(exact))], [])).toBe('incomplete');
    const before = figuresOf(now(exact));
    expect(outcomeOf([judgeLane('model', before, now(result))], [])).toBe('incomplete');
  });

  it('is published', async () => {
    const schema = toJsonSchema(GateSchema, { errorMode: 'ignore' });
    await expect(jsonOf(schema)).toMatchFileSnapshot('gate.schema.json');
  });
});

describe('a gate that found something', () => {
  const gate = gateOf(
    [changed()],
    [
      section(0.03),
      { section: 'agent', kind: 'not run', why: 'no compiler' },
      { section: 'guest', kind: 'left out', why: 'there is no /dev/kvm' },
    ],
  );

  it('says what, was, is and means', () => {
    const text = renderSections(gateSections(gate));
    const words = text.replaceAll(/\s+/g, ' ');
    expect(words).toMatch(/copied \(bytes copied from and to user memory\) was \d+ and is 4711/);
    expect(text).toMatch(/--because 'REASON'/);
    expect(text).toMatch(/guest kernels +left out: there is no \/dev\/kvm/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(72);
  });

  it('is JUnit, where what was not judged is an error and no pass', () => {
    const xml = junitOf(gate);
    expect(xml).toMatch(/<testsuites tests="5" failures="2" errors="1" skipped="1">/);
    expect(xml).toMatch(/<failure message="slower by \+/);
    expect(xml).toMatch(/<skipped\/>\s*<system-out>.*there is no \/dev\/kvm/);
  });

  it('is a summary and annotations, of one line each', () => {
    expect(summaryOf(gate)).toMatch(/^# Sideband\n/);
    const lines = annotationsOf(gate);
    expect(lines[0]).toMatch(/^::error title=Sideband%3A ledger of .*::.*was \d+ and is 4711$/);
    expect(
      lines.some((line) => line.startsWith('::warning title=Sideband%3A agent and tapes')),
    ).toBe(true);
    expect(lines.some((line) => line.includes('guest'))).toBe(false);
    expect(lines.every((line) => !line.includes('\n'))).toBe(true);
  });

  it('has costs that github-action-benchmark keeps', () => {
    const figures = benchmarkFigures('model', baseline.figures);
    expect(figures.length).toBeGreaterThan(1000);
    const [one] = figures;
    expect(Object.keys(one ?? {})).toEqual(['name', 'unit', 'value']);
    expect(figures.every(({ value }) => Number.isFinite(value))).toBe(true);
  });
});

it('the workflow that the README shows is the one that is there', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const workflow = readFileSync(
    new URL('../../.github/workflows/sideband.yml', import.meta.url),
    'utf8',
  );
  const shown = workflow.slice(workflow.indexOf('jobs:')).trim();
  expect(readme).toContain(shown);
});
