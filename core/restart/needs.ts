// SPDX-License-Identifier: MIT
/** What a capture needs to be directed, and a strategy that can't, found out before anything is. */
import type { WantKind } from '../kernel/directed.ts';
import { canDirect, type Strategy } from '../kernel/strategy.ts';
import type { Capture } from './capture.ts';
import { ipcNamespaces } from './ipc-namespaces.ts';
import type { RestartEnd } from './result.ts';

function* needs(capture: Capture): Generator<WantKind> {
  yield 'pid';
  const namespaces = ipcNamespaces(capture);
  for (const type of ['msg', 'sem', 'shm'] as const) {
    const objects = namespaces.flatMap((ipc): readonly { readonly state?: unknown }[] => ipc[type]);
    if (objects.length > 0) yield type;
    if (objects.some(({ state }) => state !== undefined)) yield `${type}_state`;
  }
}

/** Null for a strategy that can direct all of it. */
export function refusedAtOnce(capture: Capture, strategy: Strategy): RestartEnd | null {
  for (const kind of needs(capture)) {
    if (canDirect(strategy, kind)) continue;
    return {
      kind: 'refused',
      call: `directing ${kind}`,
      purpose: 'restart this capture',
      result: `nothing, as ${strategy.name} directs only ${(strategy.directs ?? []).join(', ')}`,
    };
  }
  return null;
}
