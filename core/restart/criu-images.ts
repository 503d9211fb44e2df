// SPDX-License-Identifier: MIT
/**
 * CRIU's image files as data: magic numbers, then entries of {u32 size, protobuf message, extra}.
 * Follows criu/include/magic.h, images/*.proto and lib/pycriu/images/images.py of CRIU; the
 * messages below name only the fields that restart needs, and skip the rest.
 */
import protobuf from 'protobufjs';
import { InputError } from '../input-error.ts';

const IMG_COMMON_MAGIC = 0x54564319;
const IMG_SERVICE_MAGIC = 0x55105940;

/** Type magics. An inventory has no common magic before its own. */
const MAGICS = {
  inventory: 0x58313116,
  pstree: 0x50273030,
  ids: 0x54432030,
  core: 0x55053847,
  ipcns_var: 0x53115007,
  ipcns_msg: 0x55453737,
  ipcns_sem: 0x59573019,
  ipcns_shm: 0x46283044,
} as const;

export type ImageType = keyof typeof MAGICS;

const { root } = protobuf.parse(
  `syntax = "proto2";
  message inventory { required uint32 img_version = 1; }
  message pstree {
    required uint32 pid = 1; required uint32 ppid = 2; required uint32 pgid = 3;
    required uint32 sid = 4; repeated uint32 threads = 5;
  }
  message ids { optional uint32 pid_ns_id = 5; optional uint32 ipc_ns_id = 7; }
  message task_core {
    required uint32 task_state = 1; required uint32 exit_code = 2; required string comm = 6;
  }
  message core { optional task_core tc = 3; optional ids ids = 4; }
  message ipc_desc {
    required uint32 key = 1; required uint32 uid = 2; required uint32 gid = 3;
    required uint32 cuid = 4; required uint32 cgid = 5; required uint32 mode = 6;
    required uint32 id = 7;
  }
  message ipcns_msg {
    required ipc_desc desc = 1; required uint32 qbytes = 2; required uint32 qnum = 3;
  }
  message message { required uint64 mtype = 1; required uint32 msize = 2; }
  message ipcns_sem { required ipc_desc desc = 1; required uint32 nsems = 2; }
  message ipcns_shm { required ipc_desc desc = 1; required uint64 size = 2; }`,
  { keepCase: true },
);

export type Fields = Readonly<Record<string, unknown>>;

/** One image, read from its first byte on; every failure names the offset. */
export class ImageReader {
  private offset = 0;
  private readonly place: string;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  /** @throws InputError if the file is not an image of `type`. */
  constructor(place: string, bytes: Uint8Array, type: ImageType) {
    this.place = place;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const first = this.word('magic number');
    if (type === 'inventory') {
      this.expectMagic(first, type);
    } else if (first === IMG_COMMON_MAGIC || first === IMG_SERVICE_MAGIC) {
      this.expectMagic(this.word('type magic'), type);
    } else {
      this.expectMagic(first, type);
      this.refuse('the common magic is missing');
    }
  }

  private expectMagic(magic: number, type: ImageType): void {
    if (magic === MAGICS[type]) return;
    const known = Object.entries(MAGICS).find(([, number]) => number === magic)?.[0];
    const found = known === undefined ? `magic 0x${magic.toString(16)}` : `an image of ${known}`;
    this.refuse(`${found}, where one of ${type} belongs`);
  }

  get ended(): boolean {
    return this.offset >= this.bytes.length;
  }

  refuse(problem: string): never {
    throw new InputError(
      `${this.place}, offset ${this.offset}`,
      problem,
      'copy the image directory again, or dump once more',
    );
  }

  private word(what: string): number {
    if (this.offset + 4 > this.bytes.length) this.refuse(`the file ends inside a ${what}`);
    const value = this.view.getUint32(this.offset, true);
    this.offset += 4;
    return value;
  }

  /** The next `count` bytes. */
  raw(count: number, what: string): Uint8Array {
    const left = this.bytes.length - this.offset;
    if (count > left) this.refuse(`${count} bytes of ${what}, but the file has ${left} left`);
    const slice = this.bytes.subarray(this.offset, this.offset + count);
    this.offset += count;
    return slice;
  }

  /** The next message; `type` is an image type, or "message" within a queue. */
  entry(type: ImageType | 'message'): Fields {
    const size = this.word('size');
    const start = this.offset;
    const bytes = this.raw(size, `a ${type} entry`);
    const message = root.lookupType(type);
    try {
      return message.toObject(message.decode(bytes), {
        longs: Number,
        defaults: true,
        arrays: true,
      });
    } catch (error) {
      this.offset = start;
      const why = error instanceof Error ? error.message : String(error);
      this.refuse(`no ${type} entry (${why.slice(0, 60)})`);
    }
  }
}

/** Whole numbers and texts out of decoded fields, so that nothing else is ever passed on. */
export function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === 'number' ? value : 0;
}

export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

export function fieldsOf(fields: Fields, name: string): Fields | null {
  const value = fields[name];
  return typeof value === 'object' && value !== null ? (value as Fields) : null;
}
