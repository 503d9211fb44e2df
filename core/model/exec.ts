// SPDX-License-Identifier: MIT
/**
 * execve(2), after fs/exec.c of Linux 6.1 in its order: alloc_bprm(), prepare_bprm_creds(), then
 * begin_new_exec() with de_thread(), from where on nothing fails but the process dies of it. The
 * task goes on under the number of its leader with a new image, fresh memory, files of its own, no
 * timers and no handlers; blocked and pending signals stay. Who it then is, bprm_fill_uid() and
 * cap_bprm_creds_from_file() say, of which securebits, file capabilities, tracers and a shared
 * fs_struct are left out.
 *
 * Also left out: arguments and environment; files other than the two, of which anybody may run both.
 */
import { allocate, note } from '../explore/cell.ts';
import { PREEMPT, type Steps } from '../explore/thread.ts';
import { fail } from '../kernel/errno.ts';
import { EXECUTABLE, SETUID_EXECUTABLE, SIGCHLD, SIGSEGV } from '../kernel/flags.ts';
import type { TaskFieldName } from '../kernel/strategy.ts';
import { CAP_EMPTY_SET, CAP_FULL_SET, type Cred, isSubset } from './cred.ts';
import { exitGroup, exitMm, releaseThread } from './exit.ts';
import type { ModelKernel } from './kernel.ts';
import { TASK_COMM_LEN } from './limits.ts';
import { Mm } from './mm.ts';
import { ERESTARTNOHAND, ERESTARTNOINTR, kill, nextThread, Sighand } from './signal.ts';
import { fieldHook, type Task } from './task.ts';

/** struct linux_binprm */
interface Binprm {
  readonly program: string;
  readonly name: string;
  readonly cred: Cred;
  readonly mm: Mm;
}

/** What can be executed, and whether it is set-uid. */
const EXECUTABLES: ReadonlyMap<string, boolean> = new Map([
  [EXECUTABLE, false],
  [SETUID_EXECUTABLE, true],
]);

/** 0 to the new image, which never sees it; or -errno, and all is as it was. */
export function* execve(
  kernel: ModelKernel,
  current: Task,
  program: string,
  address: number,
  bytes: number,
): Steps<number> {
  const path = kernel.strncpyFromUser(current, address, bytes, 'walk');
  if (path === null || !kernel.hasProgram(program)) return fail('EFAULT');
  // alloc_bprm() and bprm_mm_init()
  if (!kernel.allocates(current) || !kernel.allocates(current)) return fail('ENOMEM');
  const mm = allocate(() => new Mm());
  yield PREEMPT;
  // copy_strings(), for whom there is nobody left to run anything.
  if (current.killed.v) return ERESTARTNOHAND;
  const { credGuard } = current.signal;
  if (!(yield* lockInterruptible(current))) return ERESTARTNOINTR;
  const opened = openExec(kernel, current, path);
  if (typeof opened === 'number') {
    credGuard.v = null;
    return opened;
  }
  const cred = credsFromFile(current, opened.isSetuid);
  yield PREEMPT;
  const error = yield* beginNewExec(kernel, current, { program, name: opened.name, cred, mm });
  credGuard.v = null;
  // Nothing is left to go back to: force_fatal_sig(), unless it dies anyway.
  if (error !== 0 && !current.killed.v) return yield* exitGroup(kernel, current, SIGSEGV);
  return error;
}

/** prepare_bprm_creds(): false if a signal came before it was this thread's turn. */
function* lockInterruptible(current: Task): Steps<boolean> {
  const { credGuard } = current.signal;
  while (credGuard.v !== null) {
    if (current.sigpending.v) return false;
    const until = () => credGuard.v === null || current.sigpending.v;
    yield { until, why: 'execve: another thread execs' };
  }
  credGuard.v = current;
  return true;
}

/** prepare_exec_creds() and do_open_execat() */
function openExec(kernel: ModelKernel, current: Task, path: string) {
  if (!kernel.allocates(current) || !kernel.allocates(current)) return fail('ENOMEM');
  const parts = path.split(/\/+/);
  kernel.ledger.components += parts.length;
  const isSetuid = EXECUTABLES.get(parts.join('/'));
  return isSetuid === undefined ? fail('ENOENT') : { name: parts.at(-1) ?? '', isSetuid };
}

/**
 * bprm_fill_uid() and cap_bprm_creds_from_file(): whoever is root gets all that root can have. With
 * no_new_privs nobody gains; what counts as gain is as of Linux 6.16, before which a user who was
 * not the real one lost that, too.
 */
function credsFromFile(current: Task, isSetuid: boolean): Cred {
  const old = current.cred.v;
  const noGain = current.noNewPrivs.v;
  let { euid, egid } = old;
  if (isSetuid && !noGain) euid = 0;
  const isEffective = euid === 0;
  let permitted = isEffective || old.uid === 0 ? CAP_FULL_SET : CAP_EMPTY_SET;
  if (noGain && !isSubset(permitted, old.permitted)) {
    ({ permitted, uid: euid, gid: egid } = old);
  }
  const effective = isEffective ? permitted : CAP_EMPTY_SET;
  return { ...old, euid, suid: euid, egid, sgid: egid, permitted, effective };
}

/** 0, or -errno that the process dies of. Another CPU sees the old image, or pieces of the new. */
function* beginNewExec(
  kernel: ModelKernel,
  current: Task,
  { program, name, cred, mm }: Binprm,
): Steps<number> {
  const refused = yield* deThread(kernel, current);
  if (refused !== 0) return refused;
  yield PREEMPT;
  if (!unshareFiles(kernel, current)) return fail('ENOMEM');
  execMmap(kernel, current, mm);
  yield PREEMPT;
  kernel.ledger.locks++;
  current.signal.timers.exit();
  if (!unshareSighand(kernel, current)) return fail('ENOMEM');
  current.forkNoExec.v = false;
  flushFields(kernel, current);
  closeOnExec(kernel, current);
  const old = current.cred.v;
  mm.dumpable.v = old.euid === old.uid && old.egid === old.gid;
  current.comm.v = name.slice(0, TASK_COMM_LEN - 1);
  current.selfExecId.v += 1;
  current.sighand.flush();
  yield PREEMPT;
  // commit_creds()
  const isOther = cred.euid !== old.euid || cred.egid !== old.egid;
  if (isOther || !isSubset(cred.permitted, old.permitted)) mm.dumpable.v = false;
  current.cred.v = cred;
  current.image.v = program;
  note('exec', name);
  return 0;
}

/** de_thread(): the other threads die; who is not the leader becomes it. */
function* deThread(kernel: ModelKernel, current: Task): Steps<number> {
  const { signal, leader } = current;
  if (nextThread(current) !== current) {
    kernel.ledger.locks++;
    if (signal.groupExit.v !== null) return fail('EAGAIN');
    signal.execTask.v = current;
    for (const thread of signal.threads) {
      if (thread !== current && thread.exitState.v === 'running') kill(thread);
    }
    const isAlone = () => areGone(current, leader);
    const until = () => current.killed.v || isAlone();
    yield { until, why: 'execve: threads of the old image' };
    signal.execTask.v = null;
    if (current.killed.v) return fail('EAGAIN');
    kernel.ledger.locks++;
    if (current !== leader) succeed(current, leader);
  }
  signal.exitSignal.v = SIGCHLD;
  return 0;
}

/** A leader waits for its threads as a zombie; the others leave nothing. */
function areGone(current: Task, leader: Task): boolean {
  for (const thread of current.signal.threads) {
    if (thread === current) continue;
    if (thread !== leader || thread.exitState.v === 'running') return false;
  }
  return true;
}

/** exchange_tids(), transfer_pid(), and release_task() of the old leader with the thread's number. */
function succeed(current: Task, leader: Task): void {
  const [pid, own] = [leader.thePid, current.thePid];
  current.pid.v = pid;
  pid.task.v = current;
  leader.pid.v = own;
  own.task.v = leader;
  current.signal.leader.v = current;
  leader.exitState.v = 'dead';
  releaseThread(leader);
}

function unshareFiles(kernel: ModelKernel, current: Task): boolean {
  const { files } = current;
  if (files.users.v === 1) return true;
  if (!kernel.allocates(current)) return false;
  kernel.ledger.locks++;
  current.filesCell.v = files.duplicate();
  files.release();
  return true;
}

function execMmap(kernel: ModelKernel, current: Task, mm: Mm): void {
  exitMm(kernel, current);
  mm.users.v = 1;
  mm.userNsLevel.v = current.cred.v.userNsLevel;
  current.mmCell.v = mm;
  current.arena.v = mm.addArena();
}

/** Only CLONE_SIGHAND without CLONE_THREAD shares it still. */
function unshareSighand(kernel: ModelKernel, current: Task): boolean {
  const { sighand } = current;
  if (sighand.users.v === 1) return true;
  if (!kernel.allocates(current)) return false;
  sighand.users.v -= 1;
  const copy = allocate(() => new Sighand());
  sighand.copyInto(copy);
  copy.users.v = 1;
  current.sighandCell.v = copy;
  return true;
}

function closeOnExec(kernel: ModelKernel, { files }: Task): void {
  for (const fd of files.closeOnExec.v) {
    kernel.ledger.fdOps++;
    files.close(fd);
  }
}

/** What becomes of the fields that a design added. */
function flushFields(kernel: ModelKernel, current: Task): void {
  for (const name of Object.keys(kernel.taskFields) as TaskFieldName[]) {
    const { initial, atExec } = fieldHook(kernel.taskFields, name);
    if (atExec === 'keep') continue;
    kernel.ledger.fieldOps++;
    current.field(name).v = initial as never;
  }
}
