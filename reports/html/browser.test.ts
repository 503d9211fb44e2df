// SPDX-License-Identifier: MIT
/** The page in a browser: what it fetches, how it is stepped through, and who can read it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { result } from '../../cli/result-for-tests.ts';
import { makeDirectory, writeReport } from '../write.ts';
import { openChromium, whyNoChromium } from './chromium-for-tests.ts';

const missing = await whyNoChromium();
const why = missing === null ? '' : ` (SKIPPED: ${missing})`;

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 900 };
const SCHEDULE = '#race-handler-creates-procfs';

describe.skipIf(why !== '')(`The page in Chromium${why}`, () => {
  let browser: Browser;
  let directory = '';
  let url = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sideband-html-'));
    await writeReport(directory, result);
    url = pathToFileURL(join(directory, 'report.html')).href;
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser.close();
    await rm(directory, { recursive: true });
  });

  /** A page of its own, closed in any case. */
  async function opened<T>(
    options: BrowserContextOptions,
    use: (page: Page) => Promise<T>,
    hash = '',
  ): Promise<T> {
    const context = await browser.newContext({ viewport: DESK, ...options });
    try {
      const page = await context.newPage();
      const seen: string[] = [];
      page.on('console', (message) => seen.push(message.text()));
      page.on('pageerror', ({ message }) => seen.push(message));
      page.on('request', (request) => {
        const to = request.url();
        if (to !== `${url}${hash}` && to !== url && to !== 'data:,') seen.push(to);
      });
      await page.goto(`${url}${hash}`);
      const outcome = await use(page);
      // No message, no error, and no request but for the file.
      expect(seen).toEqual([]);
      return outcome;
    } finally {
      await context.close();
    }
  }

  const now = async (page: Page) => ({
    step: await page.locator('[aria-current="step"] th').textContent(),
    cell: await page.locator('[data-now="cell"]').textContent(),
    live: await page.locator('[aria-live]').textContent(),
  });

  it('fetches nothing but itself, and could not', async () => {
    await opened({}, async (page) => {
      expect(await page.title()).toContain('Sideband');
    });
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url);
    const fetched = page.evaluate<string>("fetch('data:,x').then(() => 'got', () => 'refused')");
    expect(await fetched).toBe('refused');
    await context.close();
  });

  it('steps through a schedule by buttons, which say where it is', async () => {
    await opened({}, async (page) => {
      const drawn = result.races.find(
        ({ scenario, strategy }) => scenario === 'handler-creates' && strategy === 'procfs',
      )?.counterexample?.drawn;
      const steps = drawn?.map(({ step }) => String(step)) ?? [];
      expect(steps.length).toBeGreaterThan(5);
      const written = drawn?.findIndex(({ cell }) => cell !== null) ?? 0;
      await page.selectOption('#viewer-choice', SCHEDULE.slice(1));
      expect(await now(page)).toMatchObject({ step: steps[0], cell: 'not written yet' });
      const next = page.getByRole('button', { name: 'Next' });
      for (let at = 0; at < written; at++) await next.click();
      const { step, cell, live } = await now(page);
      expect({ step, cell }).toEqual({ step: steps[written], cell: drawn?.[written]?.cell });
      expect(live).toContain(`Step ${step} (${written + 1} of ${steps.length}), task`);
      expect(live).toContain(`A.sigpending: ${cell}.`);
      await page.getByRole('button', { name: 'Last' }).click();
      expect((await now(page)).step).toBe(steps.at(-1));
      expect((await now(page)).live).toContain('WRONG');
      // There is no next, which a press does not change.
      await next.click({ force: true });
      expect((await now(page)).step).toBe(steps.at(-1));
      await page.getByRole('button', { name: 'Back' }).click();
      expect((await now(page)).step).toBe(steps.at(-2));
      await page.getByRole('button', { name: 'First' }).click();
      expect((await now(page)).step).toBe(steps[0]);
      expect(await page.locator('[aria-current]').count()).toBe(1);
    });
  });

  it('steps by a click on a step, and by keys where the table has the focus', async () => {
    await opened(
      {},
      async (page) => {
        // The link led there, and gave the table the focus.
        const region = page.locator(`${SCHEDULE} [role=region]`).first();
        const focused = "document.activeElement.getAttribute('aria-label')";
        expect(await page.evaluate(focused)).toBe(await region.getAttribute('aria-label'));
        const steps = await page.locator(`${SCHEDULE} [data-step] th`).allTextContents();
        const pressed = async (key: string) => {
          await page.keyboard.press(key);
          return (await now(page)).step;
        };
        expect(await pressed('ArrowRight')).toBe(steps[1]);
        expect(await pressed('ArrowDown')).toBe(steps[2]);
        expect(await pressed('ArrowUp')).toBe(steps[1]);
        expect(await pressed('End')).toBe(steps.at(-1));
        expect(await pressed('ArrowLeft')).toBe(steps.at(-2));
        expect(await pressed('Home')).toBe(steps[0]);
        expect(await pressed('ArrowLeft')).toBe(steps[0]);
        await page.locator(`${SCHEDULE} [data-step]`).nth(3).click();
        expect((await now(page)).step).toBe(steps[3]);
      },
      SCHEDULE,
    );
  });

  it('goes from a cell of the matrix to its schedule', async () => {
    await opened({}, async (page) => {
      const other = '#race-handler-creates-setter';
      await page.locator(`.matrix a[href="${other}"]`).click();
      await page.locator(other).waitFor({ state: 'visible' });
      expect(await page.locator('#viewer-choice').inputValue()).toBe(other.slice(1));
      expect(await page.locator(SCHEDULE).isVisible()).toBe(false);
      expect(await page.locator(`${other} [role=region]`).first().isVisible()).toBe(true);
    });
  });

  const settings = [PHONE, DESK].flatMap((viewport) =>
    (['light', 'dark'] as const).map((colorScheme) => ({ viewport, colorScheme })),
  );
  it.each(settings)('has nothing that axe-core objects to: %o', async (options) => {
    await opened(options, async (page) => {
      await page.evaluate(
        "for (const one of document.querySelectorAll('.numbers')) one.open = true",
      );
      await page.evaluate(axe.source);
      const run = "axe.run(document, { resultTypes: ['violations'] })";
      const { violations } = await page.evaluate<axe.AxeResults>(run);
      const said = violations.map(({ id, nodes }) => [
        id,
        nodes.map(({ html }) => html).slice(0, 3),
      ]);
      expect(said).toEqual([]);
    });
  });

  it('is no wider than a telephone, whatever is opened', async () => {
    await opened({ viewport: PHONE }, async (page) => {
      await page.evaluate(
        "for (const one of document.querySelectorAll('details')) one.open = true",
      );
      const widths = '[document.documentElement.scrollWidth, window.innerWidth]';
      const [content, window] = await page.evaluate<[number, number]>(widths);
      expect(content).toBeLessThanOrEqual(window);
    });
  });

  it('is read without scripts', async () => {
    await opened({ javaScriptEnabled: false, viewport: PHONE }, async (page) => {
      const [claim] = result.claims;
      await page
        .getByText(claim?.evidence.split(' (')[0] ?? '')
        .first()
        .waitFor();
      expect(await page.locator('.viewer').isVisible()).toBe(false);
      const steps = page.locator(`${SCHEDULE} .steps`);
      expect(await steps.isVisible()).toBe(false);
      await page.locator(`${SCHEDULE} summary`).click();
      expect(await steps.isVisible()).toBe(true);
      expect(await steps.textContent()).toContain('WRONG');
    });
  });

  it('prints, with what the screen keeps shut', async () => {
    await opened({}, async (page) => {
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator(`${SCHEDULE} .steps`).isVisible()).toBe(true);
      expect(await page.locator('#figure-size .numbers table').isVisible()).toBe(true);
      expect(await page.locator('.viewer').isVisible()).toBe(false);
      const paper = await page.pdf({ format: 'A4' });
      expect(paper.subarray(0, 5).toString()).toBe('%PDF-');
    });
  });

  it('runs nothing of a name that is a script', async () => {
    const evil = structuredClone(result);
    for (const row of evil.races) row.strategy += '</script><script>document.title = "x"</script>';
    const hostile = join(directory, 'hostile');
    await makeDirectory(hostile);
    await writeReport(hostile, evil);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(hostile, 'report.html')).href);
    expect(await page.title()).toContain('Sideband');
    expect(await page.evaluate('document.scripts.length')).toBe(1);
    expect(await page.locator('[aria-current="step"]').count()).toBe(1);
    await context.close();
  });

  it('says how soon it can be used', async () => {
    const ms = await opened({}, (page) =>
      page.evaluate<number>(
        "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd",
      ),
    );
    process.stdout.write(`report.html: interactive after ${ms.toFixed(0)} ms\n`);
    expect(ms).toBeGreaterThan(0);
  });
});
