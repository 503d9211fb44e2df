// SPDX-License-Identifier: MIT
/** I1 to I3: what a directed call takes, in instructions, and where it goes. */

import {
  CALLS,
  type CountResult,
  countIn,
  difference,
  floorRow,
  kernelIn,
  ROADS,
  type Road,
  shortCall,
  shown,
} from '../../costs.ts';
import { type Block, left, prose, right, type Section, table } from '../../document.ts';
import type { CostsResult } from '../../schema/costs.ts';

const LANE = 'guest, exact';
const heads = ROADS.map(({ head }) => right(head));

export function callSections(costs: CostsResult, nullCallNs: number | null): Section[] {
  return [
    {
      title: 'I1  INSTRUCTIONS OF ONE DIRECTED CALL',
      lane: LANE,
      blocks: directed(costs, nullCallNs),
    },
    { title: 'I2  WHERE THEY GO', lane: LANE, blocks: decomposed(costs) },
    { title: 'I3  COLD, AND REFUSED', lane: LANE, blocks: coldAndRefused(costs) },
  ];
}

const rowOf = (costs: CostsResult, call: string, { by, design }: Road, which: string) =>
  countIn(costs, { built: design }, `${call} by ${by}, ${which}`);

function directed(costs: CostsResult, nullCallNs: number | null): Block[] {
  const lines = CALLS.flatMap((call) =>
    (['dense', 'sparse'] as const).map((which) => {
      const floor = countIn(costs, { built: 'none' }, floorRow(call, which))?.least;
      const name = which === 'dense' ? shortCall(call) : '  far';
      return [
        name,
        shown(floor),
        ...ROADS.map((road) => difference(rowOf(costs, call, road, which)?.least, floor)),
      ];
    }),
  );
  const entries = ROADS.map((road) => rowOf(costs, 'msgget', road, 'dense')?.calls.length);
  const times = (ns: number) => [
    'ns of them',
    ...[1, ...entries].map((many) => shown(many === undefined ? undefined : Math.round(many * ns))),
  ];
  return [
    prose(
      'What its caller pays, user space included: the least of 49 calls in a warm process. Each ' +
        'design is built alone; + is what it takes beyond the floor, which is a kernel with the ' +
        'groundwork and no interface. An IPC object gets its id there by msg_next_id and its like, ' +
        'which is written beforehand and not counted; of fork the floor is a plain one. Ids are ' +
        'the same in a line: two digits, where plain calls get theirs, and far: five digits, ' +
        'where none does. = is within 2, which code generation alone moves.',
    ),
    table(
      [left('call'), right('floor'), ...heads],
      [
        ...lines,
        ['entries', '1', ...entries.map(shown)],
        ...(nullCallNs === null ? [] : [times(nullCallNs)]),
      ],
    ),
    prose(
      'fork 1/2: 1 pid is asked for, of a task in 2 pid namespaces below that of the guest. kept: ' +
        'the descriptor of the file is kept; openat: that of its directory. entries: how often ' +
        'the kernel is entered, which hardware makes dearer than a count of instructions says; ' +
        `here an entry takes ${shown(countIn(costs, { built: 'none' }, 'getppid')?.least)} (getppid)` +
        (nullCallNs === null
          ? '.'
          : `, and on this host, in its stock kernel, ${nullCallNs.toFixed(0)} ns (H2).`),
    ),
    prose(spread(costs)),
    prose(`${secondCounter(costs)} ${probe(costs)}`),
  ];
}

/** How many of 49 were the least, where that were fewest; and how far a disturbance goes. */
function spread(costs: CostsResult): string {
  let fewest = Number.POSITIVE_INFINITY;
  let where = '';
  for (const { built, counts } of costs.kernels) {
    for (const [row, { times }] of Object.entries(counts.qemu64 ?? {})) {
      if (times >= fewest) continue;
      fewest = times;
      where = `${row}, in the kernel ${built}`;
    }
  }
  return (
    'Nothing is averaged. A refill of a slab or a tick makes a call dearer, never cheaper; the ' +
    'result (--json) has, of each row, how many of 49 were the least, the most frequent and the ' +
    `most. The fewest that were the least: ${fewest} (${where}).`
  );
}

function secondCounter({ kernels }: CostsResult): string {
  let [rows, equal, most] = [0, 0, 0];
  for (const { counts, again } of kernels) {
    for (const [row, { least }] of Object.entries(counts.qemu64 ?? {})) {
      const other = again[row];
      if (other === undefined) continue;
      rows++;
      if (other === least) equal++;
      most = Math.max(most, Math.abs(other - least));
    }
  }
  return (
    `A second counter, which counts each instruction by itself and has no clock, says the same of ` +
    `${equal} of ${rows} rows${most === 0 ? '' : `; the others differ by ${most} at most`}.`
  );
}

/** Of a kernel with a nop more in msgget, which must show there as one, and nowhere else. */
function probe(costs: CostsResult): string {
  const [none, more] = (['designs', 'one instruction'] as const).map(
    (series) => kernelIn(costs, { built: 'none', series })?.counts.qemu64,
  );
  if (none === undefined || more === undefined) return '';
  const by = new Map<string, number>();
  for (const [row, { least }] of Object.entries(more)) {
    const kind = row.startsWith('msgget') ? 'msgget' : 'others';
    const moved = least - (none[row]?.least ?? Number.NaN);
    const key = `${moved > 0 ? '+' : ''}${moved} in ${kind}`;
    by.set(key, (by.get(key) ?? 0) + 1);
  }
  const said = [...by].map(([key, rows]) => `${key} (${rows} rows)`).join(', ');
  return `One nop more in msgget of the kernel without designs moves these by: ${said}.`;
}

const sumOf = (calls: CountResult['calls'], names: readonly string[]) =>
  calls.reduce((sum, { call, count }) => sum + (names.includes(call) ? count : 0), 0);
const timesOf = (calls: CountResult['calls'], names: readonly string[]) =>
  calls.filter(({ call }) => names.includes(call)).length;

/** Calls that find a file. */
const WALK = ['open', 'openat', 'close'];

interface Parts {
  readonly entries: number;
  readonly walk: number;
  readonly asked: number;
  readonly rest: number;
}

/** What of a directed call goes beyond the floor. */
function partsOf(costs: CostsResult, call: string, road: Road): Parts | null {
  const none = (row: string) => countIn(costs, { built: 'none' }, row)?.least;
  const [floor, entry] = [none(floorRow(call, 'dense')), none('getppid')];
  const plain = `${call} by plain, dense`;
  const there = countIn(costs, { built: road.design }, plain)?.least;
  const [row, without] = [rowOf(costs, call, road, 'dense'), none(plain)];
  if (row === undefined || floor === undefined || entry === undefined) return null;
  if (there === undefined || without === undefined) return null;
  const { calls, least } = row;
  const entries = (calls.length - 1) * entry;
  const walk = sumOf(calls, WALK) - timesOf(calls, WALK) * entry;
  const asked = there - without;
  return { entries, walk, asked, rest: least - floor - entries - walk - asked };
}

const PARTS = ['entries', 'walk', 'asked', 'rest'] as const;

function decomposed(costs: CostsResult): Block[] {
  const rows = CALLS.flatMap((call) => {
    const parts = ROADS.map((road) => partsOf(costs, call, road));
    return PARTS.map((part, index) => [
      index === 0 ? shortCall(call) : '',
      part,
      ...parts.map((one) => shown(one?.[part])),
    ]);
  });
  return [
    prose(
      'What goes beyond the floor, by the phases of T1. entries: those beyond the first, each at ' +
        'what getppid takes. walk: open, openat and close, without their entries. asked: what a ' +
        'plain call pays in the same kernel, for being asked whether it is directed, and, fork, for ' +
        'the field of the child. rest: parse, which copies the argument in, makes sense of it, and ' +
        'allocates and frees its record; and allocation, where it differs from the floor: of a ' +
        'fork, whose floor is a plain one, the pid that is asked for is looked up and paid for here.',
    ),
    table([left('call'), left(''), ...heads], rows),
    prose(
      'The ledger of the model has no entry for the record that procfs, setter and indirect ' +
        'allocate in these patches, nor for the capability that a directed call is asked for.',
    ),
  ];
}

function coldAndRefused(costs: CostsResult): Block[] {
  const cases = [
    ['cold', 'dense'],
    ['taken', 'taken'],
    ['denied', 'denied'],
  ] as const;
  const rows = ['msgget', 'fork, 1 of 2 pids'].flatMap((call) =>
    cases.map(([name, which]) => [
      `${shortCall(call)}, ${name}`,
      ...ROADS.map((road) => {
        const row = rowOf(costs, call, road, which);
        return shown(name === 'cold' ? row?.cold : row?.least);
      }),
    ]),
  );
  return [
    prose(
      'In all, not beyond the floor. cold: the first in its process, dentries and what a kept ' +
        'descriptor takes to be opened included. taken: EEXIST; denied: EPERM, after the ' +
        'capability was given up. A fork that is refused is dearer than one that is not, by any ' +
        'design: the id is looked at when all else is copied, and all of it is undone by the ' +
        'caller.',
    ),
    table([left('call'), ...heads], rows),
  ];
}
