// SPDX-License-Identifier: MIT
/** The first lines of a report, for whoever reads no others. */
import { DESIGNS, isBestForm } from '../../core/kernel/strategy.ts';
import {
  allAdded,
  countIn,
  difference,
  floorRow,
  kernelIn,
  ROADS,
  shown,
  type Which,
} from '../costs.ts';
import type { Section } from '../document.ts';
import { asked, isOfBestForm, isUnsettled, ownFailures, share } from '../hazards.ts';
import type { LedgerEntry, Measured, RaceRow, StrategyRow } from '../result.ts';
import { listed, plural } from '../words.ts';
import { verdict } from './verdict.ts';

export function inShort(measured: Measured): Section {
  return {
    title: 'IN SHORT',
    lane: 'model',
    blocks: [
      {
        kind: 'points',
        points: [
          ['Compared', compared(measured.strategies)],
          ...races(measured),
          ['Restart', restarts(measured)],
          ['Work', work(measured)],
          ...cost(measured),
          ['Verdict', verdict(measured)],
        ],
      },
    ],
  };
}

/** Designs that no two forms count twice, and what stands beside them. */
export const designsOf = (strategies: readonly StrategyRow[]): number =>
  new Set(strategies.filter(({ kind }) => kind === 'design').map(({ of, name }) => of ?? name))
    .size;

function compared(strategies: readonly StrategyRow[]): string {
  const designs = strategies.filter(({ kind }) => kind === 'design');
  const isVariation = (row: StrategyRow) => row.form === 'best form' && !isBestForm(row);
  const variations = designs.filter(isVariation).length;
  const count = (number: number, what: string, more = '') =>
    number === 0 ? [] : [`${plural(number, what)}${more}`];
  const of = (kind: StrategyRow['kind']) => strategies.filter((row) => row.kind === kind).length;
  const parts = [
    ...count(designs.length - variations, 'form', ` of ${plural(designsOf(strategies), 'design')}`),
    ...count(variations, 'variation'),
    ...count(of('relative'), 'relative', ' (what kernels and tools have in their place)'),
    ...count(of('control'), 'control', ' (there to fail)'),
  ];
  return `${parts.join(', ')}.`;
}

function races({ races: rows }: Measured): [string, string][] {
  if (rows.length === 0) return [['Races', 'no scenario was explored.']];
  const best = rows.filter(isOfBestForm);
  const line = (label: string, text: string): [string, string][] =>
    text === '' ? [] : [[label, text]];
  return [
    ...line('Races', ofBestForms(best)),
    ...line('Others', ofOthers(rows, isOtherForm, 'forms as posted or named, and variations: ')),
    ...line(
      'Relatives',
      ofOthers(rows, ({ kind }) => kind === 'relative'),
    ),
    ...line('Controls', ofControls(rows)),
  ];
}

const isOtherForm = (row: RaceRow): boolean => row.kind === 'design' && !isOfBestForm(row);

const namesOf = (rows: readonly RaceRow[]): string[] => [
  ...new Set(rows.map(({ strategy }) => strategy)),
];

/** By context; and which fail, those that fail the same together. */
function ofBestForms(rows: readonly RaceRow[]): string {
  const names = namesOf(rows);
  if (names.length === 0) return '';
  const survived = (['restarter', 'general use'] as const).map((context) =>
    names.map((name) => {
      const { asked: all, failed } = asked(rows, name, 'hazard', context);
      return `${name} ${all - failed.length} of ${all}`;
    }),
  );
  const unsettled = rows.filter(isUnsettled).length;
  return (
    `hazards that best forms survive, of those that a single-purpose restarter can meet: ` +
    `${survived[0]?.join(', ')}; of those that only general use can: ${survived[1]?.join(', ')}. ` +
    `${failures(rows, names)} (S). ` +
    (unsettled === 0
      ? 'Every interleaving was explored.'
      : `${plural(unsettled, 'verdict')} ${unsettled === 1 ? 'is' : 'are'} not of every interleaving.`)
  );
}

function failures(rows: readonly RaceRow[], names: readonly string[]): string {
  const together = new Map<string, string[]>();
  for (const scenario of new Set(rows.map((row) => row.scenario))) {
    const by = names.filter((name) => asked(rows, name, 'hazard').failed.includes(scenario));
    const who = `${listed(by)} ${by.length > 1 ? 'fail' : 'fails'}`;
    if (by.length > 0) together.set(who, [...(together.get(who) ?? []), scenario]);
  }
  const each = [...together].map(([who, scenarios]) => `${who} ${listed(scenarios, 4)}`);
  return each.length === 0 ? 'None fails any' : each.join('; ');
}

function ofOthers(rows: readonly RaceRow[], isOne: (row: RaceRow) => boolean, what = ''): string {
  const ours = rows.filter(isOne);
  const each = namesOf(ours).map((name) => `${name} ${share(asked(ours, name, 'hazard'))}`);
  return each.length === 0 ? '' : `${what}hazards failed, of those asked: ${each.join(', ')} (S).`;
}

function ofControls(rows: readonly RaceRow[]): string {
  const controls = rows.filter(({ kind }) => kind === 'control');
  const each = namesOf(controls).map((name) => ({ name, failed: ownFailures(rows, name) }));
  if (each.length === 0) return '';
  const caught = each.filter(({ failed }) => failed.length > 0);
  const uncaught = each.filter(({ failed }) => failed.length === 0).map(({ name }) => name);
  const by = caught.map(({ name, failed }) => `${name} ${listed(failed, 1)}`);
  return (
    `each must fail what its design holds: ${by.join('; ')} (S).` +
    (uncaught.length === 0 ? '' : ` ${uncaught.join(', ')} FAILS NOTHING OF ITS OWN.`)
  );
}

function restarts({ restarts: tables }: Measured): string {
  if (tables.length === 0) return 'no capture was restarted.';
  const each = tables.map(({ capture, tasks, rows }) => {
    const restored = rows.filter((row) => row.end.kind === 'restored');
    const entries = restored.map((row) => row.ledger.entries);
    const [least, most] = [Math.min(...entries), Math.max(...entries)];
    const range = least === most ? `${least}` : `${least} to ${most}`;
    const work = entries.length === 0 ? '' : ` in ${range}`;
    return `${capture} (${plural(tasks, 'task')}) ${restored.length} of ${rows.length}${work}`;
  });
  return `verified field by field, and the kernel entries that it took: ${each.join(', ')} (T3).`;
}

/** Of the best forms and their other caller halves. */
function work({ ledger, strategies }: Measured): string {
  const best = strategies.filter(isBestForm).map(({ name }) => name);
  const isIt = ({ by, mode }: LedgerEntry) =>
    mode === 'plain' || best.some((name) => by === name || by.startsWith(`${name} (`));
  const rows = ledger.filter((row) => row.call === 'msgget' && row.mode !== 'unused').filter(isIt);
  if (rows.length === 0) return 'none was counted.';
  const each = rows.map(({ by, ledger: { entries, copied } }) => `${by} ${entries}/${copied}`);
  return `kernel entries/bytes copied of a directed msgget: ${each.join(', ')} (T1).`;
}

/** Of the guest, from the reference. */
function cost({ costs }: Measured): [string, string][] {
  if (costs === null) return [];
  const floor = countIn(costs, { built: 'none' }, floorRow('msgget', 'dense'))?.least;
  const calls = ROADS.map(({ by, design }) => {
    const row = countIn(costs, { built: design }, `msgget by ${by}, dense`);
    return `${by} ${difference(row?.least, floor)}`;
  });
  const task = (built: Which['built']) => kernelIn(costs, { built })?.sizes.task.size ?? 0;
  const sizes = DESIGNS.map((design) => `${design} +${task(design) - task('none')}`);
  const next = DESIGNS.map((design) => allAdded(costs.patches.nextCall.own[design]));
  return [
    [
      'Cost',
      `lane guest, reference figures, instructions of a directed msgget beyond ${shown(floor)} on a ` +
        `patched Linux ${costs.kernels[0]?.linux ?? '?'}: ${calls.join(', ')} (I1).`,
    ],
    [
      'Size',
      `lane guest: bytes of task_struct: ${sizes.join(', ')} (I6); lines of patch for the next ` +
        `call: ${next.join(', ')}, in the same order (I7).`,
    ],
  ];
}
