// SPDX-License-Identifier: MIT
/** IPC objects of generated captures: ids with gaps, contents, and state with all sorts of users. */
import type { CapturedIpc } from './capture.ts';

/** A number from low to high, both included. */
export type Draw = (low: number, high: number) => number;

/** Whom the state of objects in a namespace may name, in the numbers of its keeper. */
export interface Users {
  readonly living: readonly number[];
  readonly dead: number;
}

/** IPCMNI and SHMMNI of Linux: slots of a type, and the most segments of a namespace. */
const SLOTS = 32768;
const SHMMNI = 4096;
const LAST_SEQ = 65535;
/** 4 July 2008. */
const NOW = 1215129600;

/** `count` objects, over one namespace for each of `users`; most are in the first. */
export function generateIpc(
  draw: Draw,
  count: number,
  users: readonly Users[],
): readonly CapturedIpc[] {
  const namespaces = users.map((those) => new Namespace(draw, those));
  for (let n = 0; n < count; n++) {
    const at = draw(0, 3) === 0 ? draw(0, namespaces.length - 1) : 0;
    namespaces[at]?.add();
  }
  return namespaces.map(({ ipc }) => ipc);
}

class Namespace {
  readonly ipc: CapturedIpc = { msg: [], sem: [], shm: [] };
  private readonly draw: Draw;
  private readonly users: Users;
  private slot = 0;

  constructor(draw: Draw, users: Users) {
    this.draw = draw;
    this.users = users;
  }

  add(): void {
    const { draw, ipc } = this;
    switch (draw(ipc.shm.length < SHMMNI ? 0 : 1, 2)) {
      case 0:
        ipc.shm.push({
          ...this.perm(),
          size: draw(1, 1 << 20),
          state: {
            cpid: this.user(),
            lpid: this.user(),
            atime: this.time(),
            dtime: this.time(),
            ctime: this.time(),
          },
        });
        break;
      case 1: {
        const values = Array.from({ length: draw(1, 8) }, () => draw(0, 32767));
        ipc.sem.push({
          ...this.perm(),
          values,
          state: { otime: this.time(), ctime: this.time(), pids: values.map(() => this.user()) },
        });
        break;
      }
      default:
        ipc.msg.push({
          ...this.perm(),
          qbytes: 16384,
          messages: Array.from({ length: draw(0, 3) }, () => ({
            type: draw(1, 9),
            text: Buffer.from('message '.repeat(draw(0, 4))).toString('base64'),
          })),
          state: {
            lspid: this.user(),
            lrpid: this.user(),
            stime: this.time(),
            rtime: this.time(),
            ctime: this.time(),
          },
        });
    }
  }

  private perm() {
    const { draw } = this;
    this.slot = (this.slot + draw(1, 3)) % SLOTS;
    return {
      id: draw(0, LAST_SEQ) * SLOTS + this.slot,
      // As unlike each other as slots are.
      key: draw(0, 1) === 0 ? 0 : this.slot + 1,
      uid: draw(0, 1) * 1000,
      gid: draw(0, 1) * 100,
      cuid: 0,
      cgid: 0,
      mode: 0o600 | draw(0, 0o77),
    };
  }

  private user(): number {
    const { living, dead } = this.users;
    const kind = this.draw(0, 4);
    if (kind === 0) return 0;
    return kind === 1 ? dead : (living[this.draw(0, living.length - 1)] ?? 0);
  }

  private time(): number {
    return NOW - this.draw(0, 1 << 24);
  }
}
