// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellMap, canonical, Link, List, Struct } from './cell.ts';

class Item extends Struct {
  readonly link = new Link<Item>(this, 'link');
}
class Owner extends Struct {
  readonly items = new List<Item>(this, 'items', (item) => item.link);
}

describe('a list', () => {
  it('is what an array would be, for any appends and removals', () => {
    const step = fc.tuple(fc.boolean(), fc.nat({ max: 5 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { items } = new Owner();
        const all = Array.from({ length: 6 }, () => new Item());
        let expected: Item[] = [];
        for (const [adds, n] of steps) {
          const item = all[n] as Item;
          if (adds && !expected.includes(item)) {
            items.append(item);
            expected.push(item);
          } else if (!adds && expected.includes(item)) {
            items.remove(item);
            expected = expected.filter((other) => other !== item);
          }
          expect([...items]).toEqual(expected);
          expect(items.head).toBe(expected[0] ?? null);
          expect(items.empty).toBe(expected.length === 0);
        }
      }),
      { seed: 4 },
    );
  });

  it('bears the removal of the element that was just handed out', () => {
    const { items } = new Owner();
    const all = [new Item(), new Item(), new Item()];
    for (const item of all) items.append(item);
    const seen = [];
    for (const item of items) {
      items.remove(item);
      seen.push(item);
    }
    expect(seen).toEqual(all);
    expect(items.empty).toBe(true);
  });
});

describe('a map of cells', () => {
  it('reads absent and deleted keys as undefined, and lists what it has', () => {
    const map = new CellMap<string, number>(null, 'map');
    map.set('a', 1);
    map.set('b', 2);
    map.delete('a');
    expect(map.get('a')).toBeUndefined();
    expect(map.get('c')).toBeUndefined();
    expect([...map.entries()]).toEqual([['b', 2]]);
    expect(map.at('b').label).toBe('map[b]');
  });
});

describe('canonical values', () => {
  const numbers = new Map<Struct, number>();
  const identity = (struct: Struct) => {
    const known = numbers.get(struct) ?? numbers.size;
    numbers.set(struct, known);
    return known;
  };

  it('are equal for equal data, and tell structs apart by identity', () => {
    const [one, two] = [new Item(), new Item()];
    expect(canonical({ a: [1, one] }, identity)).toBe(canonical({ a: [1, one] }, identity));
    expect(canonical({ a: [1, one] }, identity)).not.toBe(canonical({ a: [1, two] }, identity));
    expect(canonical(one, identity)).toBe(one);
    expect(canonical(null, identity)).toBeNull();
  });
});
