// SPDX-License-Identifier: MIT
/** Proof that the checks can fail: every mutant is rejected, and every check rejects one. */
import { describe, expect, it } from 'vitest';
import { BRIEF } from './check.ts';
import { CHECKS } from './checks.ts';
import { loadScenarios } from './index.ts';
import { FOR_SCENARIOS } from './mutants/for-scenarios.ts';
import { checkTrial, MUTANTS, mutantMatrix, mutantRow } from './mutants/index.ts';

const rows = mutantMatrix(
  MUTANTS,
  CHECKS.map((check) => checkTrial(check, BRIEF)),
);

describe('the matrix of mutants and checks', () => {
  it('is what it was: each row a mutant, each x a check that rejects it, - one that its base fails', () => {
    const drawn = rows.map(({ mutant, killedBy, survivedBy }) => {
      const marks = CHECKS.map(({ name }) => {
        if (killedBy.includes(name)) return 'x';
        return survivedBy.includes(name) ? '.' : '-';
      });
      return `${marks.join('')} ${mutant}`;
    });
    expect(drawn).toMatchInlineSnapshot(`
      [
        "xxxxxxx..xxxxx.x.....xxx. asks for the next number instead",
        "xxxxxxx....xx.x.......... takes another id where the one asked for is taken",
        "..........xx-........x... one field for the whole process",
        "xxxx.xx..x..-xxx........x the field is not cleared when it is taken",
        "xxxx.xx.....x.x...x...x.x the parameters are cleared on success only",
        "...............x......x.. the field is set before everything is copied in",
        "...........x-...x....x... whatever call comes next takes the value",
        "...........x-....x....... the child of fork inherits the field",
        "............-......x..... anybody may write to the file of a task",
        ".....xx.................x without privilege it gives some number",
        "xxxx.xx.....-.x.........x a call that fails gives the value back",
        ".....xx.....-............ privilege is tested where the value is set",
        "..........xx-........-... a lock reaches around the setting, and not around the call",
        "...xx.x.....-............ numbers are taken outermost level first",
        ".x...............x....... the child of a wrapped fork inherits the parameters",
        "............-.....x...... exec leaves the field as it is",
        "xxxx.xx....x-.x.......... the question is asked in the allocator, behind the early exits",
        "............-........x... a call that is made again does not find its value again",
        "............-.....x.xx... values are kept by the number of a task, and outlive it",
        "............-.........x.. the kind is checked, and then read again",
        "..........---........-.x. kind and values are stored one after the other",
        "............x............ a handler finds the value of what it interrupted",
        "............x........x... what a handler interrupted does not get its value back",
        "..x...xx.x..-........x... a handler that returns leaves a value in the field",
        ".xxxxx.x...x-............ the field of a new task is 0, and not empty",
        "........x...-............ every call looks at the field, whether it understands it or not",
        "........xx..-............ each value is copied once more for every object that is there",
        "......x.....-............ the state of a queue comes back without its pids",
        "xxx......x.x-............ alloc_pid() moves the cursor for a directed number",
        "....x.......-............ alloc_pid() keeps what it took where an outer number is refused",
        "xxxx.xx.....-............ a child that was refused has used up a number",
        "xxxxxxxx....-............ a zombie gives its number back",
        "xxxx.xx.....-............ ipc_addid() goes on from a directed id",
        "xxxx.xx....x-............ ipc_addid() takes the sequence number of a directed id for its own",
        ".xx........x-.x.......... ipcget() gives who asks for an id the object of its key",
        "...x........-............ ids are looked for in the IPC namespace of init",
        "...x..xx....-............ unshare() leaves the IPC namespace as it is",
        ".xx........x-.x.......... whether an id is free is found out before the lock is taken",
      ]
    `);
  });

  it.each(MUTANTS.map((mutant, n) => ({ ...mutant, row: rows[n] })))(
    '$defect: by the check that is named for it',
    ({ rejectedBy, row }) => {
      expect(row?.killedBy).toContain(rejectedBy);
    },
  );

  it.each(CHECKS)('$name: rejects a mutant of its own', ({ name }) => {
    expect(MUTANTS.filter(({ rejectedBy }) => rejectedBy === name)).not.toEqual([]);
  });
});

describe('what a report says of mutants', () => {
  it('is that each is rejected, also at a glance', async () => {
    const scenarios = await loadScenarios();
    const all = [...MUTANTS, ...FOR_SCENARIOS].map((mutant) => mutantRow(mutant, scenarios));
    expect(all.filter(({ killedBy }) => killedBy.length === 0)).toEqual([]);
  });
});
