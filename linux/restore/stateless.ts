// SPDX-License-Identifier: MIT
/** A capture without what no call of mainline sets: the state of its IPC objects. */
import type { Capture, CapturedIpc } from '../../core/restart/capture.ts';
import { ipcNamespaces } from '../../core/restart/ipc-namespaces.ts';

export interface Stateless {
  readonly capture: Capture;
  /** Fields that were left out, each number of an array being one. */
  readonly left: number;
}

export function withoutState(capture: Capture): Stateless {
  const bare = (ipc: CapturedIpc): CapturedIpc => ({
    msg: ipc.msg.map(({ state, ...rest }) => rest),
    sem: ipc.sem.map(({ state, ...rest }) => rest),
    shm: ipc.shm.map(({ state, ...rest }) => rest),
  });
  const objects = ipcNamespaces(capture).flatMap((ipc) => [...ipc.msg, ...ipc.sem, ...ipc.shm]);
  const fields = ({ state }: (typeof objects)[number]) => Object.values(state ?? {}).flat().length;
  const otherIpc = capture.otherIpc === undefined ? {} : { otherIpc: capture.otherIpc.map(bare) };
  return {
    capture: { ...capture, ipc: bare(capture.ipc), ...otherIpc },
    left: objects.reduce((sum, object) => sum + fields(object), 0),
  };
}
