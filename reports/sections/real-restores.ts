// SPDX-License-Identifier: MIT
/** Captures restored on the kernel below by what mainline has, and what each took. */
import { median } from 'simple-statistics';
import { type Block, left, prose, right, type Section, table } from '../document.ts';
import type { RealRestores } from '../schema/restores.ts';
import { listed, plural } from '../words.ts';

type Run = Extract<RealRestores, { kind: 'run' }>;
type Restore = Run['restores'][number];
type Row = Restore['rows'][number];

export function realRestoreSection(restores: RealRestores): Section {
  const title = 'H3  A RESTORE FOR REAL';
  if (restores.kind === 'not run') {
    return { title, lane: null, blocks: [prose(`Not run: ${restores.reason}.`)] };
  }
  return {
    title,
    lane: 'host',
    blocks: [
      prose(
        "The restart's own programs, recorded as tapes and played by real tasks, which fork each " +
          'other with the numbers that were captured. The tree that stands in the end is captured and ' +
          'compared field by field. Pids by set_tid of clone3, or by ns_last_pid, the file locked from ' +
          'the write to the fork; ids of IPC objects by next_id, descriptors kept.',
      ),
      ...restores.restores.flatMap(restoreBlocks),
      prose(
        'w: workers, threads of each task that fork its children at once. fields: compared, and all ' +
          'equal. runs: in fresh namespaces, the first of which is verified. ms: from before the first ' +
          'fork to when all had arrived, median and least to most. gone: until the tree was no more.',
      ),
      ...flatness(restores.restores),
      prose(besideCriu(restores)),
      prose(inWords(restores.nextId)),
    ],
  };
}

function besideCriu({ criu, restores }: Run): string {
  if (criu.kind === 'not run') return `Beside CRIU: not run: ${criu.reason}.`;
  const { version, capture, end, ns } = criu;
  const who = `CRIU ${version}, which dumped ${capture}`;
  if (end.kind !== 'restored') return `${who}: ${ending(end)}.`;
  const us = restores.find((restore) => restore.capture === capture)?.rows[0]?.times?.whole.median;
  const beside = us === undefined ? '' : `, where the calls that fork and make take ${ms(us)}`;
  return (
    `${who}, restores it in ${ms(median([...ns]))} ms (${ms(Math.min(...ns))}-` +
    `${ms(Math.max(...ns))} of ${plural(ns.length, 'run')})${beside}: ${end.fields} fields, all ` +
    'equal. That is the whole command, which starts, probes the kernel and brings back memory, ' +
    'files, sockets and credentials too: it says how small a part the asking for ids is, and not ' +
    'that CRIU is slow. It runs without hardware breakpoints, which not every machine delivers.'
  );
}

function restoreBlocks(restore: Restore): Block[] {
  const { capture, source, tasks, threads, objects, left: state, rows } = restore;
  const without =
    state === 0
      ? ''
      : ` Restored without ${plural(state, 'field')} of state of IPC objects, which no call of ` +
        'mainline sets.';
  const size = `${plural(tasks, 'task')}, ${plural(threads, 'thread')} beside the leaders, ${plural(objects, 'IPC object')}`;
  const timed = rows.filter(({ times }) => times !== null);
  const failed = rows.filter(({ times }) => times === null);
  return [
    prose(`${capture} (${source}): ${size}.${without}`),
    ...(timed.length === 0 ? [] : [timesTable(restore, timed)]),
    ...failures(failed).map(prose),
  ];
}

const timesTable = ({ tasks }: Restore, rows: readonly Row[]): Block =>
  table(
    [
      left('way'),
      right('w'),
      right('fields'),
      right('runs'),
      right('ms'),
      right('least-most'),
      right('us/task'),
      right('gone'),
    ],
    rows.map(({ way, workers, end, times }) => [
      way,
      String(workers),
      end.kind === 'restored' ? String(end.fields) : '-',
      String(times?.runs ?? 0),
      ms(times?.whole.median),
      `${ms(times?.whole.min)}-${ms(times?.whole.max)}`,
      String(Math.round((times?.whole.median ?? 0) / 1000 / tasks)),
      ms(times?.goneNs),
    ]),
  );

const ms = (nanoseconds = 0): string => {
  const value = nanoseconds / 1e6;
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
};

/** What ended alike is said once. */
function failures(rows: readonly Row[]): string[] {
  const said = new Map<string, string[]>();
  for (const { way, workers, end } of rows) {
    const what = ending(end);
    said.set(what, [...(said.get(what) ?? []), `${way} with ${workers}`]);
  }
  return [...said].map(([what, who]) => `By ${listed(who)}: ${what}.`);
}

function ending(end: Row['end']): string {
  switch (end.kind) {
    case 'restored':
      return 'restored';
    case 'different':
      return `DIFFERS: ${end.difference.place} is ${end.difference.restored}, was ${end.difference.captured}`;
    case 'refused':
      return `REFUSED: ${end.reason}`;
    case 'not run':
      return `not run: ${end.reason}`;
  }
}

/** How far the largest cost a task may lie above the smallest to be called flat. */
const FLAT = 1.25;

/** What a task costs from the smallest to the largest of the captures that are made alike. */
function flatness(restores: readonly Restore[]): Block[] {
  const alike = restores.filter(({ capture }) => /^\d+ tasks$/.test(capture));
  const keys = new Set(alike.flatMap(({ rows }) => rows.map(keyOf)));
  const sentences = [...keys].flatMap((key) => {
    const points = alike.flatMap((restore) => {
      const times = restore.rows.find((row) => keyOf(row) === key)?.times ?? null;
      return times === null ? [] : [{ tasks: restore.tasks, times }];
    });
    return points.length < 2 ? [] : [flatnessOf(key, points)];
  });
  return sentences.map(prose);
}

const keyOf = ({ way, workers }: Row): string => `${way} with ${plural(workers, 'worker')}`;

interface Point {
  readonly tasks: number;
  readonly times: NonNullable<Row['times']>;
}

function flatnessOf(key: string, points: readonly Point[]): string {
  const us = ({ tasks, times }: Point) => times.whole.median / 1000 / tasks;
  const all = points.map(us);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const shown = points.map((point) => `${Math.round(us(point))} of ${point.tasks}`).join(', ');
  const costs = `By ${key} a task costs ${shown} (us, of so many tasks)`;
  if (most <= FLAT * least) {
    return `${costs}: flat within ${Math.round((most / least - 1) * 100)} %.`;
  }
  return `${costs}: NOT FLAT; what grew most is the part until all have ${slowest(points)}.`;
}

/** The stage whose share a task grew most from the smallest size to the largest. */
function slowest(points: readonly Point[]): string {
  const [first, last] = [points[0], points.at(-1)];
  const spent = ({ tasks, times }: Point): ReadonlyMap<string, number> => {
    let before = 0;
    return new Map(
      times.stages.map(({ name, ns }) => {
        const own = (ns - before) / tasks;
        before = ns;
        return [name, own];
      }),
    );
  };
  if (first === undefined || last === undefined) return 'arrived';
  const [small, large] = [spent(first), spent(last)];
  const grown = [...large].map(([name, ns]) => [name, ns - (small.get(name) ?? 0)] as const);
  const [worst] = grown.sort(([, a], [, b]) => b - a);
  return worst?.[0] ?? 'arrived';
}

function inWords({ runs, failed, first }: Run['nextId']): string {
  const what =
    'The control: two threads restore the objects of one namespace at once by next_id, a hint that ' +
    'they share without a lock, which the model sees failing (T3 has who does not).';
  if (runs === 0) return `${what} Not run: ${first ?? 'no reason'}.`;
  return first === null
    ? `${what} Here NONE of ${plural(runs, 'run')} failed.`
    : `${what} Here ${failed} of ${plural(runs, 'run')} failed; the first: ${first}.`;
}
