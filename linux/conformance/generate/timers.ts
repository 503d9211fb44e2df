// SPDX-License-Identifier: MIT
/** Timers of ids that the kernel chooses, or the caller. */
import {
  PR_TIMER_CREATE_RESTORE_IDS,
  PR_TIMER_CREATE_RESTORE_IDS_GET,
  PR_TIMER_CREATE_RESTORE_IDS_OFF,
  PR_TIMER_CREATE_RESTORE_IDS_ON,
} from '../../../core/kernel/flags.ts';
import { BAD_ADDRESS, type Builder, type Kind, type Made } from './builder.ts';

const CONTROLS = [
  ...[PR_TIMER_CREATE_RESTORE_IDS_ON, PR_TIMER_CREATE_RESTORE_IDS_ON],
  ...[PR_TIMER_CREATE_RESTORE_IDS_GET, PR_TIMER_CREATE_RESTORE_IDS_OFF, 3, -1],
];
const CLOCKS = [0, 1, 2, 3, 4, 5, 7, 11, 4, 10, 99];
const IDS = [0, 1, 2, 5, 2 ** 31 - 1, -1, 2 ** 31 - 2];

const control = (value: number): Made => ['prctl', [PR_TIMER_CREATE_RESTORE_IDS, value, 0, 0, 0]];

function anyControl(b: Builder): Made {
  const rest = [0, 1, 2].map(() => (b.once(20) ? 1 : 0));
  return ['prctl', [PR_TIMER_CREATE_RESTORE_IDS, b.of(CONTROLS), ...rest]];
}

function create(b: Builder, clock: number, wanted: number): Made {
  const id = { offset: b.memory, bytes: 4 } as const;
  return [
    'timer_create',
    [clock, 0, b.address()],
    { stores: [{ ...id, value: wanted }], loads: [{ ...id, name: 'id', as: 'number' }] },
  ];
}

const anyCreate: Kind = (b) => create(b, b.once(2) ? b.of(CLOCKS) : 1, b.of(IDS));

/** A given id, then the same once more, or one of the kernel's choice. */
function restores(b: Builder): Made {
  const id = b.of(IDS);
  b.also(control(PR_TIMER_CREATE_RESTORE_IDS_ON));
  if (b.once(2)) b.also(control(PR_TIMER_CREATE_RESTORE_IDS_GET));
  b.also(create(b, 1, id));
  if (b.once(3)) b.also(['timer_delete', [id]]);
  if (b.once(2)) b.also(control(PR_TIMER_CREATE_RESTORE_IDS_OFF));
  return create(b, 1, id);
}

/** An id that could not be told is used up all the same. */
function untold(b: Builder): Made {
  b.also(control(PR_TIMER_CREATE_RESTORE_IDS_OFF));
  b.also(['timer_create', [1, 0, BAD_ADDRESS]]);
  return create(b, 1, 0);
}

const anyDelete: Kind = (b) => ['timer_delete', [b.of(IDS)]];

export const TIMERS: readonly Kind[] = [
  anyControl,
  anyCreate,
  anyCreate,
  anyDelete,
  restores,
  untold,
];
