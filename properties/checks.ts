// SPDX-License-Identifier: MIT
/**
 * What every design must do, each as a check that runs it on the model. A check names the first
 * thing that is wrong; mutants/ has, for each check, a design that it must reject.
 */
import type { CallerHalf, Strategy } from '../core/kernel/strategy.ts';
import type { Check } from './check.ts';
import { designsAgree } from './checks/agreement.ts';
import { allSchedules, allSchedulesWithSignals } from './checks/all-schedules.ts';
import { argumentReadOnce } from './checks/argument-read-once.ts';
import { childInheritsNothing } from './checks/child-inherits-nothing.ts';
import { failureLeavesNothing } from './checks/failure-leaves-nothing.ts';
import { faultLeavesNothing } from './checks/fault-leaves-nothing.ts';
import {
  allLevelsOrNone,
  eachCallItsOwn,
  handlersBetween,
  namespacesApart,
  privilegeLost,
  relatives,
} from './checks/in-turns.ts';
import { interruptedIsDirected } from './checks/interrupted-is-directed.ts';
import { ledgerAddsUp } from './checks/ledger-adds-up.ts';
import { newProgramFindsNothing } from './checks/new-program-finds-nothing.ts';
import { noPrivilegeNoNumber } from './checks/no-privilege-no-number.ts';
import { nobodyElseAsked } from './checks/nobody-else-asked.ts';
import { numberUsedAgain } from './checks/number-used-again.ts';
import { otherKindIsPlain } from './checks/other-kind-is-plain.ts';
import { preparedArmsNoOther } from './checks/prepared-arms-no-other.ts';
import { successLeavesNothing } from './checks/success-leaves-nothing.ts';
import { threadsGetTheirOwn } from './checks/threads-ask-at-once.ts';
import { unusedCostsLoads, unusedIsUnseen } from './checks/unused.ts';

/** Every caller half of a strategy, by name. */
export function callers({ name, caller, variants }: Strategy): [string, CallerHalf][] {
  const others = Object.entries(variants ?? {});
  return [
    [name, caller],
    ...others.map(([key, half]): [string, CallerHalf] => [`${name} (${key})`, half]),
  ];
}

export const CHECKS: readonly Check[] = [
  eachCallItsOwn,
  relatives,
  handlersBetween,
  namespacesApart,
  allLevelsOrNone,
  privilegeLost,
  designsAgree,
  unusedIsUnseen,
  unusedCostsLoads,
  ledgerAddsUp,
  threadsGetTheirOwn,
  allSchedules,
  allSchedulesWithSignals,
  successLeavesNothing,
  failureLeavesNothing,
  faultLeavesNothing,
  otherKindIsPlain,
  childInheritsNothing,
  newProgramFindsNothing,
  preparedArmsNoOther,
  numberUsedAgain,
  interruptedIsDirected,
  argumentReadOnce,
  nobodyElseAsked,
  noPrivilegeNoNumber,
];
