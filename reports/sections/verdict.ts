// SPDX-License-Identifier: MIT
/** What decides between the best forms, as far as it was measured. */
import { isBestForm } from '../../core/kernel/strategy.ts';
import { asked, isOfBestForm } from '../hazards.ts';
import type { Measured, RaceRow } from '../result.ts';

export function verdict(measured: Measured): string {
  const names = measured.strategies.filter(isBestForm).map(({ name }) => name);
  const rows = measured.races.filter(isOfBestForm);
  if (names.length < 2 || rows.length === 0) return 'none: it takes two designs and their races.';
  return [
    'it depends on where the facility is used.',
    inRestarter(measured, names, rows),
    inGeneralUse(names, rows),
    reach(names, rows),
    'What each costs Linux is under I, in instructions and not in time; of kernels in use only ' +
      "mainline's relatives are raced and timed (H1, H2). How far the model agrees with Linux is " +
      'under C.',
  ].join(' ');
}

function inRestarter(
  measured: Measured,
  names: readonly string[],
  rows: readonly RaceRow[],
): string {
  const all = names.map((name) => ({ name, ...asked(rows, name, 'hazard', 'restarter') }));
  const restores = (name: string) =>
    measured.restarts.every((table) =>
      table.rows.every((row) => row.strategy !== name || row.end.kind === 'restored'),
    );
  const hurt = all.filter(
    ({ name, failed, unsettled }) => failed.length > 0 || unsettled > 0 || !restores(name),
  );
  const most = Math.max(...all.map((one) => one.asked));
  const entries = names.map((name) => `${name} ${entriesOf(measured, name)}`);
  const work = `kernel entries of a directed msgget: ${entries.join(', ')} (T1)`;
  return hurt.length === 0
    ? `In a single-purpose restarter all survive each of the ${most} hazards explored that one can ` +
        `meet, and restore the captures, so that there they differ in work and interface; ${work}.`
    : 'In a single-purpose restarter not all survive what was explored and restore the captures: ' +
        `${hurt.map(({ name }) => name).join(', ')} did not; ${work}.`;
}

/** The least that its caller halves take. */
function entriesOf({ ledger }: Measured, name: string): string {
  const entries = ledger
    .filter(({ call, mode }) => call === 'msgget' && mode === 'directed')
    .filter(({ by }) => by === name || by.startsWith(`${name} (`))
    .map((row) => row.ledger.entries);
  const [least, most] = [Math.min(...entries), Math.max(...entries)];
  if (entries.length === 0) return '?';
  return least === most ? String(least) : `${least} to ${most}`;
}

function inGeneralUse(names: readonly string[], rows: readonly RaceRow[]): string {
  const all = names.map((name) => ({ name, ...asked(rows, name, 'hazard', 'general use') }));
  const failed = [...all]
    .sort((a, b) => a.failed.length - b.failed.length)
    .map(({ name, failed: scenarios, asked: of }) => `${name} ${scenarios.length} of ${of}`);
  return `In general use the hazards that each fails differ: ${failed.join(', ')} (S).`;
}

/** Who directs code that was never changed. */
function reach(names: readonly string[], rows: readonly RaceRow[]): string {
  const has = (name: string) => {
    const { asked: all, failed } = asked(rows, name, 'virtue');
    return all > failed.length;
  };
  const able = names.filter(has);
  const unable = names.filter((name) => !has(name));
  if (able.length === 0 || unable.length === 0) return '';
  return `Code that was never changed is directed by ${able.join(', ')} and not by ${unable.join(', ')} (S).`;
}
