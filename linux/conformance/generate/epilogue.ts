// SPDX-License-Identifier: MIT
/**
 * Looks at what a script left behind: of each namespace, one task that should be alive reads the
 * hints and the state of every object that was made there. One is enough, as what they show depends
 * on the namespace; who may see it, generated calls find out.
 */
import { IPC_STAT, O_RDONLY } from '../../../core/kernel/flags.ts';
import { MSQID_DS, SEMID_DS, SHMID_DS } from '../../../core/kernel/memory.ts';
import type { Step } from '../script.ts';
import { type Builder, MOST_OPERATIONS, OPERATION_MEMORY } from './builder.ts';
import { NEXT_IDS, NS_LAST_PID } from './files.ts';
import { loadsOf } from './ipc.ts';

/** Memory behind that of the generated steps: for each type its own, as failed calls leave it. */
const PATH = (MOST_OPERATIONS + 1) * OPERATION_MEMORY;
const TEXT = PATH + OPERATION_MEMORY / 2;
const MSG = PATH + OPERATION_MEMORY;
const SEM = MSG + OPERATION_MEMORY;
const SHM = SEM + OPERATION_MEMORY;
/** As many digits as an int has, its sign, and the line's end. */
const TEXT_BYTES = 12;

export function epilogue(b: Builder): Step[] {
  const steps: Step[] = [];
  const look = (step: Omit<Step, 'isLook'>) => steps.push({ ...step, isLook: true });

  const readFile = (task: number, path: string) => {
    const fd = { result: b.steps.length + steps.length };
    look({
      task,
      call: 'open',
      args: [{ memory: PATH }, path.length, O_RDONLY],
      stores: [{ offset: PATH, text: `${path}\0` }],
    });
    look({
      task,
      call: 'read',
      args: [fd, { memory: TEXT }, TEXT_BYTES],
      stores: [{ offset: TEXT, text: '\0'.repeat(TEXT_BYTES) }],
      loads: [{ name: 'text', offset: TEXT, bytes: TEXT_BYTES, as: 'text' }],
    });
    look({ task, call: 'close', args: [fd] });
  };

  const stat = (task: number, made: number) => {
    const id = { result: made };
    switch (b.steps[made]?.call) {
      case 'msgget':
        look({
          task,
          call: 'msgctl',
          args: [id, IPC_STAT, { memory: MSG }],
          loads: loadsOf(MSQID_DS, MSG),
        });
        break;
      case 'semget':
        look({
          task,
          call: 'semctl',
          args: [id, 0, IPC_STAT, { memory: SEM }],
          loads: loadsOf(SEMID_DS, SEM),
        });
        break;
      case 'shmget':
        look({
          task,
          call: 'shmctl',
          args: [id, IPC_STAT, { memory: SHM }],
          loads: loadsOf(SHMID_DS, SHM),
        });
        break;
    }
  };

  for (const task of b.witnesses('pidNs').values()) readFile(task, NS_LAST_PID);
  const witnesses = b.witnesses('ipcNs');
  for (const task of witnesses.values()) for (const path of NEXT_IDS) readFile(task, path);
  for (const { step, home } of b.made) {
    const task = witnesses.get(home);
    if (task !== undefined) stat(task, step);
  }
  return steps;
}
