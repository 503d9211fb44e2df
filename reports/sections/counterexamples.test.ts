// SPDX-License-Identifier: MIT
/** Schedules of more threads than there is room for a column of each. */
import { describe, expect, it } from 'vitest';
import { explore } from '../../core/explore/graph.ts';
import { replay } from '../../core/explore/replay.ts';
import { runAtRandom } from '../../core/explore/run.ts';
import { parseSchedule, type Schedule } from '../../core/explore/schedule.ts';
import { A_CHILD, A_QUEUE, type Scenario, type Subject } from '../../core/kernel/scenario.ts';
import type { Strategy } from '../../core/kernel/strategy.ts';
import { scenarioOnModel } from '../../core/model/scenario.ts';
import { childOfDirectedFork } from '../../properties/scenarios/lifetime/child-of-directed-fork.ts';
import { bystanderThread } from '../../properties/scenarios/threads/bystander-thread.ts';
import { atSize } from '../../properties/sizes/size.ts';
import { processField } from '../../strategies/controls/process-field.ts';
import { withId } from '../../strategies/with-id.ts';
import { drawing } from '../races.ts';
import { renderSections, WIDTH } from '../text.ts';
import { drawingBlocks } from './counterexamples.ts';

function drawn(
  of: Scenario,
  strategy: Strategy,
  subject: Subject,
  threads: number,
  schedule: Schedule | null,
): string {
  const size = { threads, calls: 1 };
  const scenario = atSize(of, size);
  if (scenario === null) throw new Error('no such size');
  const system = scenarioOnModel(scenario, strategy, subject);
  const found = schedule ?? explore(system, { maxStates: 20_000 }).counterexample ?? [];
  const one = drawing(scenario, replay(system, found), system, schedule === null);
  const blocks = drawingBlocks(one, {
    ...{ scenario: scenario.name, strategy: strategy.name },
    ...{ defect: null, size },
  });
  const text = renderSections([{ title: 'A SCHEDULE', lane: 'model', blocks }]);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(WIDTH);
  return text;
}

describe('a schedule of many threads', () => {
  it('has a character for each of four', () => {
    expect(drawn(bystanderThread, processField, A_QUEUE, 4, null)).toMatchInlineSnapshot(`
      "
      A SCHEDULE                                                   lane: model
        tasks   A wants 3011; B, C, D plain
        step  ABCD  does                 A.next_syscall_data
        3     A...  arm msg 3011         msg 3011
        6     .B..  take msg 3011 (*)    -
        7     .B..  create msg 3011
        9     A...  take msg: none (*)
        10    A...  create msg 0  WRONG
        13    ..C.  take msg: none
        14    ..C.  create msg 1
        17    ...D  take msg: none
        18    ...D  create msg 2
        steps   19, 1 preemption; of all that fail it has the least
        end     the directed call gave 0, where 3011 belongs
        cause   (*) step 6 of B came before step 9 of A, and both use
                A.next_syscall_data; with A's first, all is well
        replay  sideband race bystander-thread -s process-field \\
                  --size 4x1 --replay "A4 B4 A3 C4 D4"
      "
    `);
  });

  it('has a character for each of eight', () => {
    const schedule = parseSchedule('A4 H1 B4 C4 A3 D4 E4 H3 F4 G4');
    expect(drawn(bystanderThread, processField, A_QUEUE, 8, schedule)).toMatchInlineSnapshot(`
      "
      A SCHEDULE                                                   lane: model
        tasks   A wants 3011; B, C, D, E, F, G, H plain
        step  ABCDEFGH  does                 A.next_syscall_data
        3     A.......  arm msg 3011         msg 3011
        7     .B......  take msg 3011 (*)    -
        8     .B......  create msg 3011
        11    ..C.....  take msg: none
        12    ..C.....  create msg 0
        14    A.......  take msg: none (*)
        15    A.......  create msg 1  WRONG
        18    ...D....  take msg: none
        19    ...D....  create msg 2
        22    ....E...  take msg: none
        23    ....E...  create msg 3
        25    .......H  take msg: none
        26    .......H  create msg 4
        29    .....F..  take msg: none
        30    .....F..  create msg 5
        33    ......G.  take msg: none
        34    ......G.  create msg 6
        steps   35, 2 preemptions
        end     the directed call gave 1, where 3011 belongs
        cause   (*) step 7 of B came before step 14 of A, and both use
                A.next_syscall_data; with A's first, all is well
        replay  sideband race bystander-thread -s process-field \\
                  --size 8x1 --replay "A4 H1 B4 C4 A3 D4 E4 H3 F4 G4"
      "
    `);
  });

  it('has those of children below their parents', () => {
    const scenario = atSize(childOfDirectedFork, { threads: 4, calls: 1 });
    if (scenario === null) throw new Error('no such size');
    const { schedule } = runAtRandom(scenarioOnModel(scenario, withId, A_CHILD).threads, 1);
    expect(drawn(childOfDirectedFork, withId, A_CHILD, 4, schedule)).toMatchInlineSnapshot(`
      "
      A SCHEDULE                                                   lane: model
        tasks   A wants 3011; B, C, D bystander
        step  ABCD  does
        9     ...D  pid 6
        12    .B..  pid 7
        13    A...  pid 3011
        14    ...D  new task 6
        15    .B..  new task 7
        17    A...  new task 3011
        28    ..C.  pid 9
        29    a...  pid 8
        30    ..C.  new task 9
        32    a...  new task 8
        steps   35, 21 preemptions
        end     as it should be
        replay  sideband race child-of-directed-fork -s with_id \\
                  --size 4x1 --replay "B1 D1 A2 D1 B1 D1 B1 D1 A2 B1 A1 D1 B1
                Da1 A1 B1 Aa1 Ba1 D1 Aa1 A1 C1 Aa1 C3 Aa1 C2 Aa1 Aaa1 Ca1 Aa1"
      "
    `);
  });
});
