// SPDX-License-Identifier: MIT
/** How a booted kernel packs its tasks: /sys/kernel/slab/task_struct, which the CPU's state is in, too. */
import { InputError } from '../../core/input-error.ts';
import { decodeReply, encodeRequest } from '../host/protocol.ts';
import { readSteps, textRead } from '../host/read-file.ts';
import type { Kernel } from './build.ts';
import { answers, type CpuModel } from './counting.ts';

export interface Slab {
  /** Bytes of an object, and of the slab that has so many of them. */
  readonly object: number;
  readonly slab: number;
  readonly objects: number;
}

const PAGE = 4096;
const FILES = ['object_size', 'order', 'objs_per_slab'];

/** @throws InputError where the guest fails, or says nothing */
export async function slabOf(kernel: Pick<Kernel, 'path'>, cpu: CpuModel): Promise<Slab> {
  const paths = FILES.map((name) => `/sys/kernel/slab/task_struct/${name}`);
  const frames = await answers(
    kernel,
    { cpu },
    paths.map((path) => encodeRequest(readSteps(path))),
  );
  const said = frames.map((frame) => textRead(decodeReply(frame)));
  const [object = 0, order = 0, objects = 0] = said.map((text) =>
    text === '' ? Number.NaN : Number(text),
  );
  if (!(object > 0 && objects > 0)) {
    throw new InputError('the guest', `${paths[0]} can't be read`, 'build it with CONFIG_SYSFS');
  }
  return { object, slab: PAGE * 2 ** order, objects };
}
