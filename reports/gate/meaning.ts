// SPDX-License-Identifier: MIT
/** What a figure is of, for whoever sees it change and has not written it. */
import type { LedgerRow } from '../../core/kernel/ledger.ts';
import type { Lane } from './lanes.ts';

const LEDGER: Readonly<Record<keyof LedgerRow, string>> = {
  entries: 'system calls made',
  copied: 'bytes copied from and to user memory',
  components: 'path components walked',
  fdOps: 'operations on a descriptor table',
  parsed: 'bytes of text parsed',
  allocations: 'kernel objects allocated',
  locks: 'lock regions entered',
  fieldOps: 'loads and stores of fields that a design added',
};

/** By the name of a figure; those that begin alike mean the like. */
const FIGURES: readonly (readonly [RegExp, string])[] = [
  ...Object.entries(LEDGER).map(([entry, meaning]): [RegExp, string] => [
    new RegExp(`(^|: )${entry}$`),
    meaning,
  ]),
  [/^verdict$/, 'what may be claimed'],
  [/^form$/, 'which form of the designs it is about'],
  [/^kind$/, 'design, relative or control'],
  [/^lanes$/, 'what the verdict rests on'],
  [/size$|^deepest$/, 'tasks x calls of the scenario'],
  [/states$/, 'distinct states seen'],
  [/transitions$/, 'edges of the state graph'],
  [/ends$/, 'distinct states at which all is over'],
  [/interleavings$/, 'maximal runs'],
  [/^failing$/, 'interleavings that end wrong'],
  [/traces$/, 'Mazurkiewicz traces'],
  [/prefixes given up$/, 'of the search for traces'],
  [/ways to count$/, 'that came to the same number of interleavings'],
  [/^counterexample$/, 'the shortest schedule that fails'],
  [/^preemptions$/, 'of that schedule'],
  [/^steps$/, 'of that schedule'],
  [/^states allowed$/, 'of all sizes together'],
  [/^rejected by$/, 'checks and scenarios that find the seeded defect'],
  [/^passes$/, 'whether the design passes the check'],
  [/^of$/, 'what the defect is in'],
  [/^system calls$|^files$|^task fields$|^directs$/, 'interface of the design'],
  [/^programs$|^seed$/, 'random programs that it was tried on'],
  [/^sums$/, 'programs whose interleavings are counted wrong'],
  [/^twice$/, 'traces that are seen twice'],
  [/^deadlocks$/, 'deadlocks missed'],
  [/^calls$/, 'calls made'],
  [/^right$/, 'calls that got what they asked for'],
  [/^waits$/, 'times that a thread had to wait'],
  [/^from$/, 'calls from which on it costs no more'],
  [/^within$/, 'calls that were counted'],
  [/^end$/, 'how it ended'],
  [/^fields$/, 'fields of the capture that are as they were'],
  [/^directed$/, 'calls that asked for an id or state'],
  [/^tasks$|^threads$|^objects$/, 'of the capture'],
  [/^differs$/, 'the first field that ids alone do not restore'],
  [/^wanted$|^shown$/, 'of IPC_STAT'],
  [/^scripts$/, 'generated, run by the model and by Linux'],
  [/^mismatch(es)?$/, 'between the model and Linux'],
  [/^replayed$/, 'orders of calls that Linux was made to take'],
  [/^allowed$/, 'ways to end that the explorer allows'],
  [/^outside$/, 'runs that ended as the explorer does not allow'],
  [/^counts\.|^again\./, 'instructions'],
  [/^restarts\./, 'of a restart in the guest'],
  [/^sizes\.|^slabs\./, 'bytes'],
  [/^grown\./, 'bytes by which a symbol grew'],
];

/** A patch's lines have names of their own. */
export function meaningOf(lane: Lane, row: string, figure: string): string {
  if (lane === 'guest' && row === 'patches') return 'lines and numbers of the patches';
  return FIGURES.find(([name]) => name.test(figure))?.[1] ?? 'a figure of the row';
}
