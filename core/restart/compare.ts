// SPDX-License-Identifier: MIT
/**
 * Verifies a restored system against its capture, field by field. What a capture does not carry
 * (CRIU's has no last-operation pids) is neither compared nor counted.
 */
import type { Capture, CapturedIpc } from './capture.ts';
import { ipcKeepers, ipcMembership, ipcNamespaces } from './ipc-namespaces.ts';
import { type CapturedTask, outermost } from './planned.ts';
import type { Difference } from './result.ts';

/** The first difference in the order of the capture, or how many fields are equal. */
export function compareCaptures(
  captured: Capture,
  restored: Capture,
): { readonly difference: Difference } | { readonly fields: number } {
  const comparison = new Comparison();
  const renumbered = numberedAs(captured, restored);
  const [was, is] = [captured, renumbered].map(({ tasks }) => tasks.map(withThreadsInOrder));
  comparison.list('tasks', was ?? [], is ?? [], (task) => outermost(task.nspid));
  const [ipc, ...otherIpc] = ipcNamespaces(captured);
  const [restoredIpc, ...restoredOther] = ipcNamespaces(renumbered);
  comparison.objects('ipc', ipc, restoredIpc);
  for (const [index, other] of otherIpc.entries()) {
    comparison.objects(`otherIpc[${index}]`, other, restoredOther[index]);
  }
  const { first, fields } = comparison;
  return first === null ? { fields } : { difference: first };
}

/** `restored`, with its IPC namespaces in the order in which `captured` has their members. */
function numberedAs(captured: Capture, restored: Capture): Capture {
  const byNumber = new Map(restored.tasks.map((task) => [outermost(task.nspid), task]));
  const membership = ipcMembership(restored.tasks);
  const old = ipcKeepers(captured).map((keeper) => {
    const same = byNumber.get(outermost(keeper?.nspid ?? []));
    return (same === undefined ? undefined : membership.get(same)) ?? 0;
  });
  const namespaces = ipcNamespaces(restored);
  const [, ...others] = old.map((ns) => namespaces[ns] ?? NOTHING);
  return {
    ...restored,
    tasks: restored.tasks.map((task) =>
      task.ipcNs === undefined ? task : { ...task, ipcNs: old.indexOf(task.ipcNs) },
    ),
    otherIpc: others,
  };
}

/** /proc lists threads in an order that says nothing. */
const withThreadsInOrder = (task: CapturedTask): CapturedTask => ({
  ...task,
  threads: [...task.threads].sort((a, b) => outermost(a) - outermost(b)),
});

const NOTHING: CapturedIpc = { msg: [], sem: [], shm: [] };

/** Written out only where something differs. */
type Place =
  | string
  | { readonly within: Place; readonly key: string | number; readonly isArray: boolean };

function placeOf(place: Place): string {
  if (typeof place === 'string') return place;
  const { within, key, isArray } = place;
  return placeOf(within) + (isArray ? `[${key}]` : `.${key}`);
}

class Comparison {
  first: Difference | null = null;
  fields = 0;

  objects(place: string, captured = NOTHING, restored = NOTHING): void {
    for (const type of ['msg', 'sem', 'shm'] as const) {
      this.list<{ readonly id: number }>(
        `${place}.${type}`,
        captured[type],
        restored[type],
        (object) => object.id,
      );
    }
  }

  /** Elements are matched by what names them, so that their order does not matter. */
  list<T>(
    place: string,
    captured: readonly T[],
    restored: readonly T[],
    name: (element: T) => number,
  ): void {
    const byName = new Map(restored.map((element) => [name(element), element]));
    for (const [index, element] of captured.entries()) {
      const match = byName.get(name(element));
      byName.delete(name(element));
      if (match === undefined) this.differ(`${place}[${index}]`, name(element), 'missing');
      else this.value({ within: place, key: index, isArray: true }, element, match);
    }
    const [extra] = byName.keys();
    if (extra !== undefined) this.differ(place, 'nothing more', extra);
  }

  private value(at: Place, captured: unknown, restored: unknown): void {
    if (this.first !== null) return;
    if (typeof captured !== 'object' || captured === null) {
      if (captured === restored) this.fields++;
      else this.differ(placeOf(at), captured, restored);
      return;
    }
    if (Array.isArray(captured) && Array.isArray(restored)) {
      if (captured.length !== restored.length) {
        this.differ(`${placeOf(at)}.length`, captured.length, restored.length);
      }
    }
    const isArray = Array.isArray(captured);
    for (const key of Object.keys(captured)) {
      const part = (captured as Record<string, unknown>)[key];
      const other = (restored as Record<string, unknown> | undefined)?.[key];
      this.value({ within: at, key, isArray }, part, other);
    }
  }

  private differ(place: string, captured: unknown, restored: unknown): void {
    this.first ??= { place, captured: shown(captured), restored: shown(restored) };
  }
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
