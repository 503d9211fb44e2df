// SPDX-License-Identifier: MIT
/** gate, baseline, shards and merge as a user meets them. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoHost } from '../linux/host/availability.ts';
import { BaselineSchema } from '../reports/gate/baseline.ts';
import { GateSchema } from '../reports/gate/outcome.ts';
import { readReference } from '../reports/reference.ts';
import { SHARD_SCHEMA, type Shard } from '../reports/shard.ts';
import { BIN, interruptedAt, sideband } from './process-for-tests.ts';
import { result } from './result-for-tests.ts';
import { shareOf } from './share.ts';

const CRIU = fileURLToPath(new URL('../core/restart/fixtures/criu', import.meta.url));

let directory = '';
const at = (name: string) => join(directory, name);
const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(at(name), 'utf8'));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sideband-gate-'));
  await writeFile(at('report.json'), JSON.stringify(result));
  const { code } = await sideband([
    'baseline',
    'write',
    at('base.json'),
    '--from',
    at('report.json'),
  ]);
  expect(code).toBe(0);
});
afterAll(() => rm(directory, { recursive: true }));

const gate = (...args: string[]) => sideband(['gate', '--baseline', at('base.json'), ...args]);

describe('a gate', () => {
  it('says nothing against the figures that it was written of', async () => {
    const { code, stdout } = await gate('--from', at('report.json'), '--out', at('fine'));
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/GATE {2}FINE/),
    });
    expect((await readdir(at('fine'))).sort()).toEqual(
      ['gate.benchmark.json', 'gate.json', 'gate.junit.xml', 'gate.md', 'gate.txt'].sort(),
    );
    expect(v.parse(GateSchema, await json('fine/gate.json'))).toMatchObject({
      ...{ outcome: 'fine', exitCode: 0 },
      lanes: [{ lane: 'model', kind: 'equal' }],
    });
  });

  it('names what changed, tells GitHub, and lets it be accepted with the reason', async () => {
    const [first] = result.ledger;
    const ledger = [
      { ...first, ledger: { ...first?.ledger, copied: 4711 } },
      ...result.ledger.slice(1),
    ];
    await writeFile(at('other.json'), JSON.stringify({ ...result, ledger }));
    const summary = at('summary.md');
    const { code, stdout } = await sideband(
      ['gate', '--baseline', at('base.json'), '--from', at('other.json')],
      () => {},
      { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary },
    );
    expect(code).toBe(1);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /copied \(bytes copied .*\) was \d+ and is 4711/,
    );
    expect(stdout).toMatch(/^::error title=Sideband%3A ledger of/m);
    expect(await readFile(summary, 'utf8')).toMatch(/^# Sideband/);

    const write = ['baseline', 'write', at('base2.json'), '--from', at('other.json')];
    await writeFile(at('base2.json'), await readFile(at('base.json')));
    const before = await readFile(at('base2.json'), 'utf8');
    const refused = await sideband(write);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/model: 1 figures differ.*--because/);
    expect(await readFile(at('base2.json'), 'utf8')).toBe(before);
    expect((await sideband([...write, '--because', 'msgget copies more'])).code).toBe(0);
    const { accepted } = v.parse(BaselineSchema, await json('base2.json'));
    expect(accepted.at(-1)).toMatchObject({ because: 'msgget copies more', changed: 1 });
    const shown = await sideband(['baseline', 'show', at('base2.json')]);
    expect(shown.stdout).toMatch(/msgget copies more/);
  });

  it('of another seed is not comparable, which is no pass', async () => {
    const provenance = { ...result.provenance, seed: 1 };
    await writeFile(at('seed.json'), JSON.stringify({ ...result, provenance }));
    const { code, stdout } = await gate('--from', at('seed.json'));
    expect(code).toBe(4);
    expect(stdout).toMatch(/seed was 200807 and is 1/);
    expect((await sideband(['baseline', 'check', at('base.json')])).code).toBe(0);
    expect((await sideband(['baseline', 'check', at('base.json'), '--seed', '1'])).code).toBe(4);
  });

  it.each<[string, string[], RegExp]>([
    ['nothing to hold against', ['gate'], /give --baseline FILE, --against REF or both/],
    ['no baseline', ['gate', '--baseline', '/no/such'], /\/no\/such: it can't be read/],
    ['a result for a baseline', ['gate', '--baseline', 'REPORT'], /it is a sideband-result\/\d/],
    [
      'an unknown version',
      ['gate', '--against', 'no-such-ref'],
      /git has no such commit|no git checkout/,
    ],
  ])('with %s is one sentence', async (_what, args, said) => {
    const given = args.map((arg) => (arg === 'REPORT' ? at('report.json') : arg));
    const { code, stderr } = await sideband(given);
    expect(code).toBe(2);
    expect(stderr).toMatch(said);
  });

  it('interrupted leaves the baseline as it was', async () => {
    const before = await readFile(at('base.json'), 'utf8');
    const { code, stderr } = await sideband(
      ['baseline', 'write', at('base.json'), '--because', 'x'],
      interruptedAt('Races'),
    );
    expect({ code, said: stderr.includes('interrupted; nothing was written') }).toEqual({
      ...{ code: 130, said: true },
    });
    expect(await readFile(at('base.json'), 'utf8')).toBe(before);
  });
});

/** A disk on which the baseline has room, and nothing beside it; then what is asked for. */
const ON_A_FULL_DISK = `
  mount -t tmpfs -o "size=$1" none "$2" && cp "$3" "$2/base.json" || exit 90
  shift 3
  "$@"; code=$?
  cmp "$KEPT" "$DISK/base.json" || exit 91
  [ "$(ls -A "$DISK")" = base.json ] || exit 92
  exit $code
`;
/** Beside the baseline, which tmpfs keeps in pages. */
const PAGE = 4096;

it.for([0, 1])(
  'a disk with room for %d pages leaves the baseline as it was, alone',
  async (pages, test) => {
    const noHost = await whyNoHost();
    if (noHost !== null) test.skip(noHost);
    const [kept, disk] = [at('base.json'), at(`disk-${pages}`)];
    await mkdir(disk);
    const size = (Math.ceil((await stat(kept)).size / PAGE) + pages) * PAGE;
    const write = ['baseline', 'write', `${disk}/base.json`, '--from', at('other.json')];
    await writeFile(at('other.json'), JSON.stringify({ ...result, ledger: [] }));
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(
        'unshare',
        [
          ...[process.getuid?.() === 0 ? '-m' : '-Urm', 'sh', '-c', ON_A_FULL_DISK, 'sh'],
          ...[String(size), disk, kept, process.execPath, BIN, ...write, '--because', 'x'],
        ],
        { env: { ...process.env, KEPT: kept, DISK: disk, NO_COLOR: '1' } },
        (error, _stdout, said) => resolve({ code: error?.code ?? 0, stderr: said }),
      );
    });
    expect(stderr).toMatch(/base\.json(\.lock)?: can't be written \(ENOSPC\); make room there/);
    expect(code).toBe(2);
  },
);

describe('shards', () => {
  const RACE = ['race', 'threads-ask-at-once', '--states', '200'];

  it.each([1, 3])('of a race, %d of them, are the race', async (of) => {
    const whole = await sideband([...RACE, '--out', at('whole')]);
    const shards = at(`race-${of}`);
    for (let nth = 1; nth <= of; nth++) {
      const shard = await sideband([...RACE, '--shard', `${nth}/${of}`, '--out', shards]);
      expect(shard.code).toBe(0);
    }
    const merged = await sideband(['merge', shards, '--out', at(`merged-${of}`)]);
    expect(merged.code).toBe(whole.code);
    expect(merged.stdout).toBe(whole.stdout);
    for (const name of ['race.json', 'race.txt']) {
      expect(await readFile(at(`merged-${of}/${name}`), 'utf8')).toBe(
        await readFile(at(`whole/${name}`), 'utf8'),
      );
    }
  });

  it('of a comparison are the same report, however it is cut', async () => {
    const args = ['compare', '-s', 'setter', '--capture', CRIU];
    for (const of of [1, 2]) {
      for (let nth = 1; nth <= of; nth++) {
        const { code } = await sideband([
          ...args,
          '--shard',
          `${nth}/${of}`,
          '--out',
          at(`c${of}`),
        ]);
        expect(code).toBe(0);
      }
      const merged = await sideband(['merge', at(`c${of}`), '--out', at(`report-${of}`)]);
      expect(merged).toMatchObject({ code: 0, stderr: '' });
    }
    for (const name of ['report.json', 'report.txt', 'report.md', 'report.html']) {
      expect(await readFile(at(`report-2/${name}`), 'utf8')).toBe(
        await readFile(at(`report-1/${name}`), 'utf8'),
      );
    }
  });

  it('of counted kernels are the counts, however they are cut', async () => {
    const reference = await readReference();
    for (const of of [1, 4]) {
      await mkdir(at(`count-${of}`));
      for (let index = 0; index < of; index++) {
        const costs = { ...reference, kernels: shareOf(reference.kernels, { index, of }) };
        const head = { schema: SHARD_SCHEMA, command: 'count', shard: index + 1, of } as const;
        const shard: Shard = { ...head, key: { commit: 'c' }, costs };
        await writeFile(at(`count-${of}/${index}.shard.json`), JSON.stringify(shard));
      }
      const merged = await sideband(['merge', at(`count-${of}`), '--out', at(`costs-${of}`)]);
      expect(merged).toMatchObject({ code: 0, stderr: '' });
      const { timed, ...whole } = JSON.parse(await readFile(at(`costs-${of}/costs.json`), 'utf8'));
      expect(whole).toEqual(reference);
      expect(timed).toMatchObject({ kind: 'not run' });
    }
    for (const name of ['costs.json', 'costs.txt']) {
      expect(await readFile(at(`costs-4/${name}`), 'utf8')).toBe(
        await readFile(at(`costs-1/${name}`), 'utf8'),
      );
    }
  });

  it('need a place, and to be one of so many', async () => {
    const nowhere = await sideband([...RACE, '--shard', '1/2']);
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringMatching(/say where it goes/) });
    const wrong = await sideband([...RACE, '--shard', '3/2', '--out', at('x')]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/such as 2\/5/) });
    const none = await sideband(['merge', at('no-such')]);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/ENOENT/) });
  });
});
