// SPDX-License-Identifier: MIT
/**
 * A CRIU checkpoint as a capture. CRIU's process tree holds the numbers of one pid namespace, and
 * its IPC images have neither last-operation pids nor times: those are absent from the capture.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../input-error.ts';
import type { Capture } from './capture.ts';
import {
  type Fields,
  fieldsOf,
  ImageReader,
  type ImageType,
  numberOf,
  textOf,
} from './criu-images.ts';
import { parseCapture } from './parse-capture.ts';

/** criu/include/images.h, compel's task-state.h. */
const TASK_DEAD = 2;
const TASK_ZOMBIE = 6;

const IMG_VERSION = 2;

/** Where image files come from: their names, and the bytes of each. */
export interface Images {
  readonly place: string;
  readonly names: readonly string[];
  read(name: string): Uint8Array;
}

/** @throws InputError and nothing else */
export function importCriu(directory: string): Capture {
  const reading = <T>(path: string, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new InputError(
        path,
        `can't be read (${code})`,
        'name a directory that criu dump wrote',
      );
    }
  };
  return captureFromImages({
    place: directory,
    names: reading(directory, () => readdirSync(directory)),
    read: (name) => reading(join(directory, name), () => readFileSync(join(directory, name))),
  });
}

/** @throws InputError and nothing else */
export function captureFromImages(images: Images): Capture {
  const version = numberOf(
    open(images, 'inventory.img', 'inventory').entry('inventory'),
    'img_version',
  );
  if (version !== IMG_VERSION) {
    throw new InputError(
      `${images.place}/inventory.img`,
      `image version ${version}, of which nothing is known here`,
      `dump with a CRIU that writes version ${IMG_VERSION}`,
    );
  }
  const tree = entries(images, 'pstree.img', 'pstree');
  const pids = new Set(tree.map((task) => numberOf(task, 'pid')));
  const capture: Capture = {
    schema: 'sideband-capture/1',
    source: `CRIU images, version ${version}`,
    tasks: tree.map((task) => taskOf(images, task, pids)),
    ipc: { msg: queues(images), sem: sets(images), shm: segments(images) },
  };
  // Back through the reader of captures: images can say what a capture must not.
  return parseCapture(JSON.stringify(capture), images.place);
}

function open(images: Images, name: string, type: ImageType): ImageReader {
  if (!images.names.includes(name)) {
    throw new InputError(
      images.place,
      `${name} is missing`,
      'name a directory that criu dump wrote',
    );
  }
  return new ImageReader(`${images.place}/${name}`, images.read(name), type);
}

function entries(images: Images, name: string, type: ImageType): Fields[] {
  const reader = open(images, name, type);
  const found: Fields[] = [];
  while (!reader.ended) found.push(reader.entry(type));
  return found;
}

function taskOf(images: Images, task: Fields, pids: ReadonlySet<number>): Capture['tasks'][number] {
  const pid = numberOf(task, 'pid');
  const ppid = numberOf(task, 'ppid');
  const name = `core-${pid}.img`;
  const tc = fieldsOf(open(images, name, 'core').entry('core'), 'tc');
  if (tc === null) {
    throw new InputError(`${images.place}/${name}`, 'it has no task in it', 'dump once more');
  }
  const isZombie = [TASK_DEAD, TASK_ZOMBIE].includes(numberOf(tc, 'task_state'));
  const threads = Array.isArray(task.threads) ? (task.threads as number[]) : [];
  return {
    nspid: [pid],
    ppid: pids.has(ppid) ? ppid : 0,
    pgid: numberOf(task, 'pgid'),
    sid: numberOf(task, 'sid'),
    comm: textOf(tc, 'comm'),
    ...(isZombie
      ? { state: 'zombie', exitCode: (numberOf(tc, 'exit_code') >> 8) & 0xff }
      : { state: 'running' }),
    threads: isZombie ? [] : threads.filter((thread) => thread !== pid).map((thread) => [thread]),
  };
}

/** The image of the one IPC namespace, if the checkpoint has one with objects of this type. */
function ipcImage(images: Images, type: 'msg' | 'sem' | 'shm'): ImageReader | null {
  const names = images.names.filter((name) => new RegExp(`^ipcns-${type}-\\d+\\.img$`).test(name));
  const [name] = names;
  if (name === undefined) return null;
  if (names.length > 1) {
    throw new InputError(
      images.place,
      `${names.length} IPC namespaces (${names.join(', ')}), where a capture holds one`,
      'dump the containers one by one',
    );
  }
  return open(images, name, `ipcns_${type}`);
}

const padding = (bytes: number) => (8 - (bytes % 8)) % 8;

function perm(entry: Fields) {
  const desc = fieldsOf(entry, 'desc') ?? {};
  return {
    id: numberOf(desc, 'id'),
    // key_t is signed; the image has it as an unsigned number.
    key: numberOf(desc, 'key') | 0,
    uid: numberOf(desc, 'uid'),
    gid: numberOf(desc, 'gid'),
    cuid: numberOf(desc, 'cuid'),
    cgid: numberOf(desc, 'cgid'),
    mode: numberOf(desc, 'mode'),
  };
}

function queues(images: Images): Capture['ipc']['msg'] {
  const reader = ipcImage(images, 'msg');
  const found: Capture['ipc']['msg'] = [];
  while (reader !== null && !reader.ended) {
    const entry = reader.entry('ipcns_msg');
    const messages = [];
    for (let left = numberOf(entry, 'qnum'); left > 0; left--) {
      const message = reader.entry('message');
      const bytes = numberOf(message, 'msize');
      const text = Buffer.from(reader.raw(bytes, 'a message')).toString('base64');
      reader.raw(padding(bytes), 'padding');
      messages.push({ type: numberOf(message, 'mtype'), text });
    }
    found.push({ ...perm(entry), qbytes: numberOf(entry, 'qbytes'), messages });
  }
  return found;
}

function sets(images: Images): Capture['ipc']['sem'] {
  const reader = ipcImage(images, 'sem');
  const found: Capture['ipc']['sem'] = [];
  while (reader !== null && !reader.ended) {
    const entry = reader.entry('ipcns_sem');
    const bytes = 2 * numberOf(entry, 'nsems');
    const values = Buffer.from(reader.raw(bytes, 'semaphores'));
    reader.raw(padding(bytes), 'padding');
    found.push({
      ...perm(entry),
      values: Array.from({ length: bytes / 2 }, (_, index) => values.readUInt16LE(2 * index)),
    });
  }
  return found;
}

function segments(images: Images): Capture['ipc']['shm'] {
  const reader = ipcImage(images, 'shm');
  const found: Capture['ipc']['shm'] = [];
  // Contents are in the page images; a model kernel has no pages.
  while (reader !== null && !reader.ended) {
    const entry = reader.entry('ipcns_shm');
    found.push({ ...perm(entry), size: numberOf(entry, 'size') });
  }
  return found;
}
