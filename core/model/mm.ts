// SPDX-License-Identifier: MIT
/**
 * User memory: scalars by address, shared by CLONE_VM tasks. Each thread allocates from a stretch
 * of its own, so that addresses do not depend on the interleaving; in a copy, its caller goes on. What is not allocated or
 * attached faults. Contents of a copy follow dup_mmap(); attached segments stay shared.
 *
 * A copy out that runs into the end of what is mapped has written what lies before it when it faults: whole
 * members of a structure, the beginning of a text. A copy in brings nothing then. Left out: protections
 * and pages, so that what is mapped ends where an allocation does; members that lie across its end.
 */
import { allocate, type Cell, CellMap, Struct } from '../explore/cell.ts';
import type { Scalar, UserMemory } from '../kernel/memory.ts';
import { ARENA_BYTES, PAGE_BYTES, SHM_BASE } from './limits.ts';
import type { Shm } from './shm.ts';

class Arena extends Struct {
  readonly allocated = this.cell('allocated', 0);
  /** Addresses that hold something, for dup_mmap: the page table, as it were. */
  readonly touched: Cell<readonly number[]> = this.cell('touched', []);
}

interface Attachment {
  readonly address: number;
  readonly bytes: number;
  readonly segment: Shm;
}

export class Mm extends Struct {
  private readonly scalars = new CellMap<number, Scalar>(this, 'mem');
  private readonly arenas: Cell<readonly Arena[]> = this.cell('arenas', []);
  /** Tasks that use it: mm_users. */
  readonly users = this.cell('mm_users', 0);
  /** Not once credentials changed: files in its tasks' directories are root's then. */
  readonly dumpable = this.cell('dumpable', true);
  /** The user namespace of whoever it was made for; CLONE_NEWUSER does not change it, exec does. */
  readonly userNsLevel = this.cell('user_ns', 0);
  private readonly attached: Cell<readonly Attachment[]> = this.cell('attached', []);

  /** A stretch for one more thread; its index. */
  addArena(): number {
    const index = this.arenas.v.length;
    const arena = allocate(() => new Arena());
    this.arenas.v = [...this.arenas.v, arena];
    return index;
  }

  private where(address: number): { arena: Arena | null; cell: Cell<Scalar | undefined> } | null {
    if (address >= SHM_BASE) {
      const at = this.attached.v.find((a) => address >= a.address && address < a.address + a.bytes);
      return at === undefined
        ? null
        : { arena: null, cell: at.segment.contents.at(address - at.address) };
    }
    const index = Math.floor(address / ARENA_BYTES) - 1;
    const arena = this.arenas.v[index];
    if (arena === undefined || address % ARENA_BYTES >= arena.allocated.v) return null;
    return { arena, cell: this.scalars.at(address) };
  }

  /** Bytes that are mapped from an address on, of the stretch or segment that it is in. */
  room(address: number): number {
    if (address >= SHM_BASE) {
      const at = this.attached.v.find((a) => address >= a.address && address < a.address + a.bytes);
      return at === undefined ? 0 : at.address + at.bytes - address;
    }
    const arena = this.arenas.v[Math.floor(address / ARENA_BYTES) - 1];
    return arena === undefined ? 0 : Math.max(0, arena.allocated.v - (address % ARENA_BYTES));
  }

  /** The scalar at an address, 0 where nothing was stored; undefined is a fault. */
  get(address: number): Scalar | undefined {
    const at = this.where(address);
    return at === null ? undefined : (at.cell.v ?? 0);
  }

  /** False is a fault. */
  put(address: number, value: Scalar): boolean {
    const at = this.where(address);
    if (at === null) return false;
    if (at.arena !== null && at.cell.v === undefined) {
      const touched = at.arena.touched.v;
      const isLast = (touched.at(-1) ?? 0) < address;
      at.arena.touched.v = isLast
        ? [...touched, address]
        : [...touched, address].sort((a, b) => a - b);
    }
    at.cell.v = value;
    return true;
  }

  /** The address space as the thread of arena `index` uses it. */
  view(index: number): UserMemory {
    return new View(this, index);
  }

  /** Address of `bytes` fresh bytes in arena `index`. */
  allocateIn(index: number, bytes: number): number {
    const arena = this.arenas.v[index];
    if (arena === undefined) throw new RangeError(`no arena ${index}`);
    const offset = arena.allocated.v;
    arena.allocated.v = offset + Math.ceil(bytes / 8) * 8;
    return (index + 1) * ARENA_BYTES + offset;
  }

  attach(segment: Shm, bytes: number): number {
    let address = SHM_BASE;
    for (const other of this.attached.v) {
      address = Math.max(address, other.address + other.bytes);
    }
    const pages = Math.ceil(bytes / PAGE_BYTES);
    this.attached.v = [...this.attached.v, { address, bytes: pages * PAGE_BYTES, segment }];
    return address;
  }

  detach(address: number): Shm | null {
    const at = this.attached.v.find((a) => a.address === address);
    if (at === undefined) return null;
    this.attached.v = this.attached.v.filter((a) => a !== at);
    return at.segment;
  }

  /** Every segment, once for each time that it is attached. */
  attachments(): readonly Shm[] {
    return this.attached.v.map((a) => a.segment);
  }

  duplicateInto(copy: Mm): void {
    const arenas = this.arenas.v;
    copy.attached.v = this.attached.v;
    copy.dumpable.v = this.dumpable.v;
    copy.userNsLevel.v = this.userNsLevel.v;
    for (const arena of arenas) {
      copy.addArena();
      const mine = copy.arenas.v.at(-1);
      if (mine === undefined) throw new Error('addArena added none');
      mine.allocated.v = arena.allocated.v;
      mine.touched.v = arena.touched.v;
      for (const address of arena.touched.v) {
        copy.scalars.at(address).v = this.scalars.get(address);
      }
    }
  }
}

class View implements UserMemory {
  private readonly mm: Mm;
  private readonly arena: number;

  constructor(mm: Mm, arena: number) {
    this.mm = mm;
    this.arena = arena;
  }

  allocate(bytes: number): number {
    return this.mm.allocateIn(this.arena, bytes);
  }

  store(address: number, value: Scalar): void {
    if (!this.mm.put(address, value)) throw new RangeError(`store to unmapped ${address}`);
  }

  load(address: number): Scalar {
    const value = this.mm.get(address);
    if (value === undefined) throw new RangeError(`load from unmapped ${address}`);
    return value;
  }
}
