// SPDX-License-Identifier: MIT
/** Who passes which check: the best forms all of them, but for what their form brings with it. */
import { describe, expect, it } from 'vitest';
import { isBestForm } from '../core/kernel/strategy.ts';
import { loadStrategies } from '../strategies/index.ts';
import { BRIEF, hasPart } from './check.ts';
import { allSchedulesWithSignals } from './checks/all-schedules.ts';
import { CHECKS, callers } from './checks.ts';
import { WEAKNESSES } from './weaknesses.ts';

const strategies = await loadStrategies();
const halvesOf = (chosen: typeof strategies) =>
  chosen.flatMap((strategy) =>
    callers(strategy).map(([name, caller]) => ({
      name,
      strategy,
      design: { ...strategy, caller },
    })),
  );
const best = halvesOf(strategies.filter(isBestForm));
const others = halvesOf(strategies.filter((strategy) => !isBestForm(strategy)));

describe.each(CHECKS)('$name', (check) => {
  it.each(best)('by $name', ({ strategy, design }) => {
    const wrong = check.run(design);
    const isExposed = check === allSchedulesWithSignals && strategy.name in WEAKNESSES;
    // Nobody fails unseen, and nobody who must fail passes.
    if (isExposed) expect(wrong).toMatch(/replay "[A-Z]/);
    else expect(wrong).toBeNull();
  });
});

describe('other forms, relatives and controls', () => {
  const rows = others.map(({ name, strategy, design }) => {
    const marks = CHECKS.map((check) => {
      if (!hasPart(check, design)) return '-';
      return check.run(design, BRIEF) === null ? '.' : 'x';
    });
    return { name, strategy, marks: marks.join('') };
  });

  it('pass and fail as they did: each row a caller, each x a check that it fails, - no part', () => {
    expect(rows.map(({ marks, name }) => `${marks} ${name}`)).toMatchInlineSnapshot(`
      [
        "xxxxxxx....xx--------..-- eclone",
        "xxxx.xx..xxxx.x.x.x....xx procfs-v1",
        "xxxx.xx..xxxx.x.x.xx...xx procfs-v1 (kept)",
        "xxxx..x....xx.x.x.x...... procfs-v2",
        "xxxx..x....xx.x.x.xx..... procfs-v2 (kept)",
        "........x..xx...x....x... procfs-july",
        "........x..xx...x..x.x... procfs-july (kept)",
        "xxxxxxx.x.xxxxxx.....xx.x procfs-july (closes first)",
        "........x..xx...x....x... setter-july",
        "......................... setter-shielded",
        "....-...........x....-x.. indirect-v1",
        "....-...........x....-... indirect-v5",
        "..........xxx........x... process-field",
        "............x............ anyone-writes",
        "............x......x..... anyone-writes (kept)",
        "...................x..... anyone-writes (openat)",
        ".....xx.....x............ check-at-set",
        "xxxx.xx.....x.x.........x keeps-on-failure",
        "xxxxxxx...xxx--------..-- ns_last_pid",
        "xxxxxxx...xxx--------..-- ns_last_pid (kept)",
        "xxxxxxx....xx--------..-- ns_last_pid-locked",
        "xxxxxxx....xx--------..-- ns_last_pid-locked (kept)",
        "xxxx-xx...xxx.x..xx.x-..x next_id",
        "xxxx-xx...xxx.xx.xxxx-..x next_id (kept)",
        "xxxx-xx...xxx.x..xxxx-..x next_id (openat)",
        ".............--------..-- clone3",
        "----------x-------------- timer-ids",
        "----------.-------------- timer-ids (kept)",
        "------------------------- create-and-delete",
        "xxxx-xx....xxx.xx....-..x change-id",
      ]
    `);
  });

  it('fail because of what they are, each for a reason that is known', () => {
    const failing = rows.filter(({ marks }) => marks.includes('x'));
    const names = new Set(failing.map(({ strategy }) => strategy.name));
    const known = Object.keys(WEAKNESSES).filter((name) =>
      others.some((o) => o.strategy.name === name),
    );
    expect([...names].toSorted()).toEqual(known.toSorted());
  });
});
