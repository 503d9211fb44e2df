// SPDX-License-Identifier: MIT
/** Generated captures that can be restored without privilege, where there is no user but one. */
import type { Capture, CapturedIpc } from '../../core/restart/capture.ts';
import { generateCapture, type Size } from '../../core/restart/generate.ts';

/** The same as the size and seed give, but that all objects are root's. */
export function generateUnprivileged(size: Size, seed: number): Capture {
  const capture = generateCapture(size, seed);
  const rootsOwn = ({ msg, sem, shm }: CapturedIpc): CapturedIpc => ({
    msg: msg.map((queue) => ({ ...queue, uid: 0, gid: 0 })),
    sem: sem.map((set) => ({ ...set, uid: 0, gid: 0 })),
    shm: shm.map((segment) => ({ ...segment, uid: 0, gid: 0 })),
  });
  const otherIpc = (capture.otherIpc ?? []).map(rootsOwn);
  return { ...capture, ipc: rootsOwn(capture.ipc), otherIpc };
}
