// SPDX-License-Identifier: MIT
/**
 * Scripts without what the kernel below can't be asked, found out by trying. A step is replaced and
 * not left out, as others refer to it by its place.
 */
import {
  PR_TIMER_CREATE_RESTORE_IDS,
  PR_TIMER_CREATE_RESTORE_IDS_GET,
} from '../../core/kernel/flags.ts';
import type { Agent } from '../host/agent.ts';
import { USERS } from './generate/credentials.ts';
import { runOnLinux } from './on-linux.ts';
import type { Script } from './script.ts';

export interface Limits {
  /** No user and group but 0: without CAP_SETUID outside, a user namespace has one. */
  readonly isAlone: boolean;
  /** Linux 6.15 and later. */
  readonly hasTimerIds: boolean;
}

export async function limitsOf(agent: Agent): Promise<Limits> {
  const asks = [PR_TIMER_CREATE_RESTORE_IDS, PR_TIMER_CREATE_RESTORE_IDS_GET, 0, 0, 0];
  const { steps } = await runOnLinux(agent, [{ task: 0, call: 'prctl', args: asks }]);
  const end = steps[0]?.end;
  const hasTimerIds = end?.kind === 'returned' && end.result === '0';
  return { isAlone: agent.hello.users === 1, hasTimerIds };
}

export function suited(script: Script, { isAlone, hasTimerIds }: Limits): Script {
  const known = hasTimerIds ? script : withoutTimerIds(script);
  return isAlone ? byOneUser(known) : known;
}

/** For people. */
export function notCompared({ isAlone, hasTimerIds }: Limits): string[] {
  return [
    ...(isAlone
      ? [
          'other users and groups than root, for want of privilege. Without CAP_SETUID outside, a ' +
            'user namespace has one user (map_write()).',
        ]
      : []),
    ...(hasTimerIds
      ? []
      : ['timers of a given id: PR_TIMER_CREATE_RESTORE_IDS came with Linux 6.15.']),
  ];
}

/** An option that no kernel has, which both refuse. */
const NO_OPTION = 9999;

function withoutTimerIds(script: Script): Script {
  return script.map((step) => {
    const [option, ...rest] = step.args;
    const isOf = step.call === 'prctl' && option === PR_TIMER_CREATE_RESTORE_IDS;
    return isOf ? { ...step, args: [NO_OPTION, ...rest] } : step;
  });
}

const OTHERS: ReadonlySet<number> = new Set(USERS.filter((user) => user > 0));

/** The same script where no user and group but 0 exist. */
function byOneUser(script: Script): Script {
  return script.map((step) => {
    const { call, args, stores, ...rest } = step;
    const isSet = /^setr?e?s?[ug]id$/.test(call);
    const alone = (value: number) => (OTHERS.has(value) ? 0 : value);
    return {
      ...rest,
      call,
      args: isSet ? args.map((arg) => (typeof arg === 'number' ? alone(arg) : arg)) : args,
      stores: (stores ?? []).map((store) =>
        'value' in store && store.bytes === 4 ? { ...store, value: alone(store.value) } : store,
      ),
    };
  });
}
