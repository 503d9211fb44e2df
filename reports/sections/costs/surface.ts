// SPDX-License-Identifier: MIT
/** I4 to I8: what those pay who ask for nothing, restarts, sizes, the next call, other machines. */
import { DESIGNS, type Design } from '../../../core/kernel/strategy.ts';
import {
  added,
  allAdded,
  countIn,
  difference,
  floorRow,
  kernelIn,
  type Lines,
  type Model,
  ROADS,
  type Road,
  shortCall,
  shown,
  type Which,
} from '../../costs.ts';
import { type Block, left, prose, right, type Section, table } from '../../document.ts';
import type { CostsResult } from '../../schema/costs.ts';

const LANE = 'guest, exact';
const designs = DESIGNS.map((design) => right(design));

export function surfaceSections(costs: CostsResult): Section[] {
  return [
    { title: 'I4  WHAT BYSTANDERS PAY', lane: LANE, blocks: bystanders(costs) },
    { title: 'I5  WHOLE RESTARTS', lane: LANE, blocks: restarts(costs) },
    { title: 'I6  SIZE AND SURFACE', lane: LANE, blocks: sizes(costs) },
    { title: 'I7  THE NEXT CALL: TIMER_CREATE', lane: LANE, blocks: nextCall(costs) },
    { title: 'I8  OTHER MACHINES', lane: LANE, blocks: elsewhere(costs) },
  ];
}

const BYSTANDERS = [
  ['getppid', 'getppid'],
  ['read', 'read'],
  ['write', 'write'],
  ['msgget', 'msgget by plain, dense'],
  ['semget', 'semget by plain, dense'],
  ['shmget', 'shmget by plain, dense'],
  ['fork', 'fork, 1 of 2 pids by plain, dense'],
] as const;

function bystanders(costs: CostsResult): Block[] {
  const rows = BYSTANDERS.map(([name, row]) => {
    const without = countIn(costs, { built: 'none' }, row)?.least;
    const more = DESIGNS.map((built) => difference(countIn(costs, { built }, row)?.least, without));
    return [name, shown(without), ...more];
  });
  return [
    prose(
      'Plain calls, in a kernel with one design built in and not used, against the kernel without ' +
        'it. read is of /dev/zero, write to /dev/null.',
    ),
    table([left('call'), right('without'), ...designs], rows),
    prose(
      'What msgget and its like pay is the question whether the call is directed; with_id asks ' +
        'none. fork clears the fields of the child, and copies a task_struct that is larger (I6).',
    ),
  ];
}

function restarts(costs: CostsResult): Block[] {
  const all = costs.kernels.flatMap(({ restarts: rows }) => rows);
  const captures = [...new Set(all.map(({ capture }) => capture))];
  const forkBy = ({ by, design }: Road) =>
    countIn(costs, { built: design }, `fork, 1 of 2 pids by ${by}, dense`)?.least ?? Number.NaN;
  const percent = (share: number) => `+${(100 * share).toFixed(1)} %`;
  const rows = captures.flatMap((capture) => {
    const restarted = ROADS.flatMap((road) => {
      const row = all.find((one) => one.capture === capture && one.by === road.by);
      return row === undefined ? [] : [{ road, ...row }];
    }).sort((a, b) => a.instructions - b.instructions);
    const [least] = restarted;
    if (least === undefined) return [];
    return restarted.map(({ road, directed, calls, instructions }) => {
      const beyond = (instructions - least.instructions) / least.instructions;
      const expected = (directed * (forkBy(road) - forkBy(least.road))) / least.instructions;
      const cells = [capture, road.head, ...[directed, calls, instructions].map(String)];
      return road === least.road
        ? [...cells, 'least', '']
        : [...cells, percent(beyond), percent(expected)];
    });
  });
  return [
    prose(
      'From before the first fork to when the last task stands, on one CPU, with the state of IPC ' +
        'objects. beyond: what the interface adds to the restart that takes least; by I1: what it ' +
        'would add if each directed call were a warm fork 1/2. A task that was restored itself finds ' +
        'its file cold (I3), and opens it before it can keep it: hence what procfs takes beyond that. ' +
        'Where memory lies moves a whole restart as well, by some tenths of a percent.',
    ),
    table(
      [
        ...[left('capture'), left('by'), right('directed'), right('calls')],
        ...[right('instructions'), right('beyond'), right('by I1')],
      ],
      rows,
    ),
  ];
}

const signed = (one: number | undefined, from: number | undefined): string => {
  if (one === undefined || from === undefined) return '-';
  return one > from ? `+${one - from}` : String(one - from);
};

const numbersOf = (lines: Lines) => lines.reduce((sum, { numbers }) => sum + numbers, 0);
const compatOf = (lines: Lines) => lines.reduce((sum, { compat }) => sum + compat, 0);

/** The figures of I6. */
export function sizeTable(costs: CostsResult): Block {
  const { own } = costs.patches;
  const sizeOf = (built: Which['built']) => kernelIn(costs, { built })?.sizes;
  const none = sizeOf('none');
  const of = (name: string, value: (design: Design) => string) => [name, ...DESIGNS.map(value)];
  const rows = [
    of('text, bytes', (design) => signed(sizeOf(design)?.text, none?.text)),
    of('data, bytes', (design) => signed(sizeOf(design)?.data, none?.data)),
    of('task_struct', (design) => signed(sizeOf(design)?.task.size, none?.task.size)),
    of('  members', (design) => signed(sizeOf(design)?.task.members, none?.task.members)),
    of('  holes', (design) => signed(sizeOf(design)?.task.holes, none?.task.holes)),
    of('tasks a slab', (design) =>
      shown(kernelIn(costs, { built: design })?.slabs.qemu64?.objects),
    ),
    of('call numbers', (design) => String(numbersOf(own[design]))),
    of('compat entries', (design) => String(compatOf(own[design]))),
    of('files', (design) => (design === 'procfs' ? '1 a task' : '0')),
    of('lines, code', (design) => `+${added(own[design], 'code')}`),
    of('  tables', (design) => `+${added(own[design], 'tables')}`),
    of('  Kconfig ...', (design) => `+${added(own[design], 'other')}`),
  ];
  return table([left(''), ...designs], rows);
}

export interface Bytes {
  readonly text: number;
  readonly task: number;
}

/** What a kernel with one design has beyond the one with none; null where either was not built. */
export function bytesBeyond(costs: CostsResult, design: Design): Bytes | null {
  const [built, none] = [design, 'none' as const].map(
    (one) => kernelIn(costs, { built: one })?.sizes,
  );
  if (built === undefined || none === undefined) return null;
  return { text: built.text - none.text, task: built.task.size - none.task.size };
}

function sizes(costs: CostsResult): Block[] {
  const none = kernelIn(costs, { built: 'none' })?.sizes;
  const { groundwork } = costs.patches;
  return [
    prose(
      `Of kernels with one design each, against the one with none: ${shown(none?.text)} bytes of ` +
        `text, ${shown(none?.data)} of data, and a task_struct of ${shown(none?.task.size)} bytes, ` +
        `of which ${shown(none?.task.holes)} are holes; ${packing(costs)}. Lines are those that patches add; the ` +
        `groundwork that all share has ${allAdded(groundwork)} more.`,
    ),
    sizeTable(costs),
    prose(fields(costs)),
    prose(symbols(costs)),
  ];
}

/** The functions and data that differ most. */
function symbols(costs: CostsResult): string {
  const said = DESIGNS.map((design) => {
    const grown = Object.entries(kernelIn(costs, { built: design })?.grown ?? {});
    const largest = grown.sort(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(0, MOST_SYMBOLS);
    const each = largest.map(([name, bytes]) => `${name} ${bytes > 0 ? '+' : ''}${bytes}`);
    return `${design} ${each.join(', ')}`;
  });
  return `What differs most, by symbol (--json has all): ${said.join('; ')}.`;
}
const MOST_SYMBOLS = 5;

function packing(costs: CostsResult): string {
  const { qemu64, max } = kernelIn(costs, { built: 'none' })?.slabs ?? {};
  const one = (slab: typeof max, cpu: string) =>
    slab === undefined ? '' : `${slab.objects} of ${slab.object} bytes in ${slab.slab} (${cpu})`;
  return `a slab has ${one(qemu64, 'qemu64')} or ${one(max, 'max')}`;
}

/** Did the field fall into a hole? */
function fields(costs: CostsResult): string {
  const none = kernelIn(costs, { built: 'none' })?.sizes.task.size ?? 0;
  const said = DESIGNS.flatMap((design) => {
    const task = kernelIn(costs, { built: design })?.sizes.task;
    return Object.entries(task?.fields ?? {}).map(([field, at]) => {
      const grew = (task?.size ?? 0) - none;
      const what = grew === 0 ? 'it fell into a hole' : `it fell into no hole, and cost ${grew}`;
      return `${design}: ${field}, a pointer of 8 bytes at ${at}; ${what}`;
    });
  });
  return (
    `${said.join('. ')}. What is beyond the pointer is alignment, so that another place, or another ` +
    'configuration, gives another figure; what it points to is there only while it is wanted.'
  );
}

const MORE_CALLS = [1, 5, 10, 20];

/** The figures of I7. */
export function nextCallTable(costs: CostsResult): Block {
  const { nextCall: next } = costs.patches;
  const of = (name: string, value: (design: Design) => string) => [name, ...DESIGNS.map(value)];
  const text = (design: Design) =>
    signed(
      kernelIn(costs, { built: design, series: 'next call' })?.sizes.text,
      kernelIn(costs, { built: design })?.sizes.text,
    );
  const least = (design: Design) => {
    const row = `timer_create by ${design}, dense`;
    return countIn(costs, { built: design, series: 'next call' }, row)?.least;
  };
  const plain = (design: Design) =>
    countIn(costs, { built: design, series: 'next call' }, 'timer_create by plain, dense')?.least;
  return table(
    [left(''), ...designs],
    [
      of('lines', (design) => `+${allAdded(next.own[design])}`),
      of('text, bytes', text),
      of('call numbers', (design) => String(numbersOf(next.own[design]))),
      of('compat entries', (design) => String(compatOf(next.own[design]))),
      of('instructions', (design) => signed(least(design), plain(design))),
      ...MORE_CALLS.map((more) =>
        of(`lines, ${more} more`, (design) => String(linesWith(costs, design, more))),
      ),
    ],
  );
}

/** Lines of patch in all, with so many calls more than the series converts. */
export const linesWith = ({ patches }: CostsResult, design: Design, more: number): number =>
  allAdded(patches.own[design]) + more * allAdded(patches.nextCall.own[design]);

function nextCall(costs: CostsResult): Block[] {
  const { nextCall: next } = costs.patches;
  return [
    prose(
      'One more call, really converted by each design: CRIU today creates and deletes timers until ' +
        `an id comes up. The allocator's optional argument, ${allAdded(next.groundwork)} lines, is ` +
        'shared; text has it, too. Then what a directed timer_create takes beyond a plain one in ' +
        'the same kernel; and lines in all for so many calls more than the eight of the series.',
    ),
    nextCallTable(costs),
    prose(breakEven(costs)),
  ];
}

export interface Even {
  readonly one: Design;
  readonly other: Design;
  /** So many calls more, of which there may be half a one. */
  readonly calls: number;
}

/** Where two designs need as many lines. */
export function evens(costs: CostsResult): Even[] {
  const of = (design: Design) => {
    const now = linesWith(costs, design, 0);
    return [now, linesWith(costs, design, 1) - now] as const;
  };
  return DESIGNS.flatMap((one, index) =>
    DESIGNS.slice(index + 1).flatMap((other) => {
      const [[now, each], [otherNow, otherEach]] = [of(one), of(other)];
      const calls = (otherNow - now) / (each - otherEach);
      return Number.isFinite(calls) && calls > 0 ? [{ one, other, calls }] : [];
    }),
  );
}

export function breakEven(costs: CostsResult): string {
  const said = evens(costs).map(
    ({ one, other, calls }) => `${one} and ${other} at ${Math.ceil(calls)}`,
  );
  return `In lines, these are even, with so many calls more: ${said.join('; ') || 'none'}.`;
}

interface Elsewhere {
  readonly name: string;
  readonly model: Model;
  readonly config: 'tiny' | 'hardened';
}
const MACHINES: readonly Elsewhere[] = [
  { name: 'qemu64', model: 'qemu64', config: 'tiny' },
  { name: 'max', model: 'max', config: 'tiny' },
  { name: 'hardened', model: 'qemu64', config: 'hardened' },
];

function elsewhere(costs: CostsResult): Block[] {
  const rankings = new Map<string, string[]>();
  const rows = ['msgget', 'fork, 1 of 2 pids'].flatMap((call) =>
    MACHINES.map(({ name, model, config }) => {
      const floor = countIn(
        costs,
        { built: 'none', config },
        floorRow(call, 'dense'),
        model,
      )?.least;
      const counts = ROADS.map(({ by, design }) => {
        const row = `${call} by ${by}, dense`;
        return countIn(costs, { built: design, config }, row, model)?.least;
      });
      const order = [...ROADS.keys()].sort((a, b) => (counts[a] ?? 0) - (counts[b] ?? 0));
      const ranking = order.map((index) => ROADS[index]?.head).join(' < ');
      rankings.set(call, [...(rankings.get(call) ?? []), ranking]);
      const more = counts.map((count) => difference(count, floor));
      return [`${shortCall(call)}, ${name}`, shown(floor), ...more];
    }),
  );
  const flips = [...rankings].map(([call, orders]) => {
    const distinct = [...new Set(orders)];
    const is = distinct.length === 1 ? 'is the same on all three' : 'FLIPS';
    return `${shortCall(call)}: the ranking ${is} (${distinct.join('; or ')}).`;
  });
  return [
    prose(
      'The rows that stand for all on another CPU model (max: all that the emulator knows), and in ' +
        'a kernel that is hardened as distributions harden theirs: page-table isolation, ' +
        'retpolines, stack protector, hardened usercopy, ftrace, cgroup pids.',
    ),
    table([left(''), right('floor'), ...ROADS.map(({ head }) => right(head))], rows),
    prose(flips.join(' ')),
  ];
}
