// SPDX-License-Identifier: MIT
/**
 * Verifies a restored system against its capture, field by field. What a capture does not carry
 * (CRIU's has no last-operation pids) is neither compared nor counted.
 */
import type { Capture } from './capture.ts';
import { outermost } from './planned.ts';
import type { Difference } from './result.ts';

/** The first difference in the order of the capture, or how many fields are equal. */
export function compareCaptures(
  captured: Capture,
  restored: Capture,
): { readonly difference: Difference } | { readonly fields: number } {
  const comparison = new Comparison();
  comparison.list('tasks', captured.tasks, restored.tasks, (task) => outermost(task.nspid));
  for (const type of ['msg', 'sem', 'shm'] as const) {
    comparison.list<{ readonly id: number }>(
      `ipc.${type}`,
      captured.ipc[type],
      restored.ipc[type],
      (object) => object.id,
    );
  }
  const { first, fields } = comparison;
  return first === null ? { fields } : { difference: first };
}

class Comparison {
  first: Difference | null = null;
  fields = 0;

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
      else this.value(`${place}[${index}]`, element, match);
    }
    const [extra] = byName.keys();
    if (extra !== undefined) this.differ(place, 'nothing more', extra);
  }

  private value(place: string, captured: unknown, restored: unknown): void {
    if (this.first !== null) return;
    if (typeof captured !== 'object' || captured === null) {
      if (captured === restored) this.fields++;
      else this.differ(place, captured, restored);
      return;
    }
    if (Array.isArray(captured) && Array.isArray(restored)) {
      if (captured.length !== restored.length) {
        this.differ(`${place}.length`, captured.length, restored.length);
      }
    }
    for (const [key, part] of Object.entries(captured)) {
      const step = Array.isArray(captured) ? `[${key}]` : `.${key}`;
      this.value(place + step, part, (restored as Record<string, unknown> | undefined)?.[key]);
    }
  }

  private differ(place: string, captured: unknown, restored: unknown): void {
    this.first ??= { place, captured: shown(captured), restored: shown(restored) };
  }
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
