// SPDX-License-Identifier: MIT
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, it } from 'vitest';
import { result } from '../../cli/result-for-tests.ts';
import type { Block } from '../document.ts';
import { reportOf } from '../report.ts';
import type { Result } from '../result.ts';
import { renderHtml } from './page.ts';

const MOST_BYTES = 1.5 * 1024 * 1024;

const read = (page: string) => parseHTML(page).document;
const even = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
const changed = async (change: (result: Result) => void): Promise<string> => {
  const other = structuredClone(result);
  change(other);
  return renderHtml(other);
};

let page = '';
beforeAll(async () => {
  page = await renderHtml(result);
});

/** All that a block says, as it stands there. */
function saidIn(block: Block): readonly string[] {
  switch (block.kind) {
    case 'prose':
      return [block.text];
    case 'points':
      return block.points.flat();
    case 'command':
      return [block.label, ...block.lines];
    case 'table':
      return [...block.columns.map(({ head }) => head), ...block.rows.flat()];
    case 'answers':
      return [...block.by, ...block.rows.flatMap(([question, answers]) => [question, ...answers])];
    case 'drawing':
      return [...block.heads, ...block.rows.flat()];
  }
}

describe('the page', () => {
  it('loses nothing of the text report', () => {
    const text = even(read(page).querySelector('main')?.textContent ?? '');
    const isLaidOutAnew = ({ title }: { title: string }) => /^(S {2}|CLAIMS )/.test(title);
    const missing = reportOf(result).sections.flatMap((section) => [
      // Headings of chapters are in lower case.
      ...(text.toLowerCase().includes(even(section.title).toLowerCase()) ? [] : [section.title]),
      ...section.blocks
        .filter(({ kind }) => kind !== 'table' || !isLaidOutAnew(section))
        .flatMap(saidIn)
        .map(even)
        // Heads of the matrices, which have captions here.
        .filter((said) => !isLaidOutAnew(section) || !/^[A-Z][^.]*:/.test(said))
        .filter((said) => !text.includes(said)),
    ]);
    expect(missing).toEqual([]);
  });

  it('has its chapters in this order', () => {
    const ids = [...read(page).querySelectorAll('main > section')].map(({ id }) => id);
    expect(ids).toEqual([
      ...['in-short', 'claims', 'calls', 'sizes', 'times', 'scenarios', 'schedules', 'rest'],
      'provenance',
    ]);
  });

  it('has every claim at its anchor, with verdict, lanes, form and evidence', () => {
    const document = read(page);
    for (const { number, who, claim, verdict, lanes, form, evidence } of result.claims) {
      const said = even(document.getElementById(`claim-${number}`)?.textContent ?? '');
      for (const part of [who, claim, verdict, lanes.join(', '), form, even(evidence)]) {
        expect(said).toContain(part);
      }
    }
  });

  it('has a cell for every verdict, and each that fails leads to its schedule', () => {
    const document = read(page);
    const cells = document.querySelectorAll('.matrix td.bad, .matrix td.good, .matrix td.open');
    expect(cells.length).toBe(result.races.length);
    const links = [...document.querySelectorAll('.matrix a')].map((a) => a.getAttribute('href'));
    for (const { scenario, strategy, counterexample } of result.races) {
      if (counterexample === null) continue;
      const schedule = document.getElementById(`race-${scenario}-${strategy}`);
      expect(links.filter((to) => to === `#${schedule?.id}`).length).toBe(1);
      const steps = [...(schedule?.querySelectorAll('[data-step]') ?? [])];
      expect(steps.length).toBe(counterexample.drawn.length);
      for (const [at, { text, cell }] of counterexample.drawn.entries()) {
        expect(even(steps[at]?.textContent ?? '')).toContain(even(text));
        expect(steps[at]?.querySelector('[data-cell]')?.textContent ?? '').toBe(cell ?? '');
      }
      expect(schedule?.textContent).toContain(counterexample.replay);
    }
  });

  it('has links that lead somewhere, and no id twice', () => {
    const document = read(page);
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const dead = [...document.querySelectorAll('a')]
      .map((link) => link.getAttribute('href') ?? '')
      .filter((to) => !to.startsWith('#') || !ids.includes(to.slice(1)));
    expect(dead).toEqual([]);
  });

  it('names each region differently, and each table', () => {
    const document = read(page);
    const names = [...document.querySelectorAll('[role=region]')].map((region) =>
      region.getAttribute('aria-label'),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const table of document.querySelectorAll('table')) {
      expect(table.querySelector('caption')?.textContent).not.toBe('');
    }
    for (const head of document.querySelectorAll('th')) {
      expect(head.getAttribute('scope')).toMatch(/^(col|row|rowgroup)$/);
    }
  });

  it('has figures with a lane, a drawing that is described, and the same numbers', () => {
    const figures = [...read(page).querySelectorAll('figure')];
    expect(figures.map(({ id }) => id)).toEqual(
      ['model-calls', 'guest-calls', 'size', 'next-call', 'times'].map((id) => `figure-${id}`),
    );
    for (const figure of figures) {
      expect(figure.querySelector('.lane')?.textContent).toMatch(/^lane: (model|guest|host), /);
      const drawings = [...figure.querySelectorAll('svg')];
      expect(drawings.length).toBeGreaterThan(0);
      for (const svg of drawings) {
        expect(svg.getAttribute('role')).toBe('img');
        expect(svg.getAttribute('aria-label')).toMatch(/^(Lines|Bars|Dots)/);
        expect(svg.outerHTML).not.toMatch(/#[0-9a-f]{3,6}\b|rgb\(|white|black/i);
        expect(svg.outerHTML).not.toContain('NaN');
      }
      expect(figure.querySelectorAll('details table td').length).toBeGreaterThan(0);
    }
  });

  it('loads nothing', () => {
    expect(page).not.toMatch(/\bsrc=|@import|url\(|<(iframe|object|embed|img|video|audio)\b/);
    expect(page.match(/<link\b[^>]*>/g)).toEqual(['<link rel="icon" href="data:,">']);
    expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:\/\//);
    expect(page).toContain("content=\"default-src 'none'; ");
  });

  it('is small, and the same when it is made again', async () => {
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(MOST_BYTES);
    expect(await renderHtml(structuredClone(result))).toBe(page);
  });

  it('has no tag or attribute that comes from a name', async () => {
    const attributes = (text: string) => {
      const elements = [...read(text).querySelectorAll('*')];
      const names = elements.flatMap((one) => [...one.attributes].map(({ name }) => name));
      return [...new Set(names)].sort();
    };
    const evil = (at: number) => `</script><script>x(${at})</script><img src=x onerror='x()' a="">`;
    const hostile = await changed(({ claims, races, strategies, calls, provenance }) => {
      for (const [at, claim] of claims.entries()) claim.claim = claim.who = evil(at);
      for (const one of [...races, ...strategies]) {
        const name = 'strategy' in one ? one.strategy : one.name;
        Object.assign(
          one,
          'strategy' in one ? { strategy: name + evil(0) } : { name: name + evil(0) },
        );
      }
      for (const row of races) row.question = row.rule = row.scenario = row.scenario + evil(1);
      for (const row of calls) row.by += evil(2);
      provenance.cpu = provenance.commandLine = provenance.version = evil(3);
    });
    expect(hostile).toContain('&lt;script&gt;x(0)');
    expect(hostile.match(/<script\b/g)?.length).toBe(1);
    expect(hostile).not.toMatch(/<img\b/);
    expect(attributes(hostile)).toEqual(attributes(page));
  });

  it('says what was not run or left out, and why', async () => {
    const less = await changed((other) => {
      other.times = { kind: 'not run', reason: 'there is <no> compiler' };
      other.costs = null;
      other.races = [];
      other.calls = [];
    });
    const document = read(less);
    const said = (id: string) => document.getElementById(id)?.textContent;
    expect(said('times')).toContain('Not run: there is <no> compiler.');
    expect(said('calls')).toContain('were left out of this result');
    expect(said('calls')).toContain('No directed calls of one thread were counted');
    expect(said('sizes')).toContain('were left out of this result');
    expect(said('schedules')).toContain('No schedule fails');
    expect(document.querySelectorAll('figure').length).toBe(0);
  });

  it('has a name in place of a dot where something was too noisy', () => {
    const said = read(page).getElementById('times')?.textContent;
    expect(said).toContain('Too noisy for an estimate, 1 of 2 operations: another.');
    expect(said).toContain('1 of 1 differences: another, beyond a call.');
  });
});
