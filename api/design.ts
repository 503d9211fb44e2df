// SPDX-License-Identifier: MIT
/**
 * sideband/design: what a design in a file of its own is written against. `declare module
 * 'sideband/design'` adds calls to SyscallTable and fields to TaskFields.
 */

export { type Cell, note } from '../core/explore/cell.ts';
export { type Block, PREEMPT, type Steps, type Yield } from '../core/explore/thread.ts';
export {
  DIRECTABLE,
  type Directable,
  type DirectableName,
  MAX_PID_NS_LEVEL,
  MAX_WANT_VALUES,
  UNDERSTANDS,
  WANT_NUMBERS,
  type Want,
  type WantKind,
  wantKind,
} from '../core/kernel/directed.ts';
export { type Errno, fail } from '../core/kernel/errno.ts';
export {
  getNumbers,
  getStruct,
  type Layout,
  putNumbers,
  putStruct,
  putText,
  type Scalar,
  type UserMemory,
} from '../core/kernel/memory.ts';
export type { Rubric } from '../core/kernel/rubric.ts';
export type {
  CallerHalf,
  CloneArgs,
  InKernel,
  IpcKind,
  KernelHalf,
  ProcfsEntry,
  Strategy,
  SyscallHandlers,
  TaskFieldHooks,
  TaskView,
  WantedHook,
} from '../core/kernel/strategy.ts';
// As a whole: what is merged into an interface that is handed on by its name goes nowhere.
export * from '../core/kernel/syscall.ts';
export * from '../core/kernel/task-fields.ts';
export { copyCall, putRegisters } from '../strategies/fields/indirect-call.ts';
export { copyRecord, putRecord, recordBytes } from '../strategies/fields/want-record.ts';
