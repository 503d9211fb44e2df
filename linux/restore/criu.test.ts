// SPDX-License-Identifier: MIT
/** CRIU itself where there is one; and programs that claim to be it. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyNoHost } from '../host/availability.ts';
import { findCriu, restoreByCriu } from './criu.ts';

const noHost = (await whyNoHost()) ?? (process.getuid?.() === 0 ? null : 'CRIU needs root');
const why = noHost === null ? '' : ` (SKIPPED: ${noHost})`;
const criu = noHost === null ? await findCriu() : null;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sideband-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** A program named criu that does `dump` and `restore` as given, in shell. */
async function claiming(dump: string, restore: string): Promise<NodeJS.ProcessEnv> {
  const script = `#!/bin/sh
case $1 in
--version) echo "Version: 9.9" ;;
dump) pid=$3; ${dump} ;;
restore) file=$4; images=$6; ${restore} ;;
esac
`;
  const path = join(directory, 'criu');
  await writeFile(path, script);
  await chmod(path, 0o755);
  return { PATH: `${directory}:${process.env.PATH}`, XDG_CACHE_HOME: directory };
}

async function restoreBy(dump: string, restore: string, patienceMs = 20_000) {
  const env = await claiming(dump, restore);
  expect(await findCriu(env)).toEqual({ path: 'criu', version: '9.9' });
  return restoreByCriu({ path: join(directory, 'criu'), version: '9.9' }, 2, patienceMs);
}

describe.skipIf(noHost !== null)(`CRIU${why}`, () => {
  it.skipIf(criu === null)(
    `restores what it dumped, field by field${criu === null ? ' (SKIPPED: there is none here)' : ''}`,
    async () => {
      if (criu === null) return;
      const { subject, end, ns } = await restoreByCriu(criu, 2);
      expect([subject.capture.tasks.length, subject.capture.ipc.msg.length]).toEqual([20, 4]);
      expect(end).toEqual({ kind: 'restored', fields: expect.any(Number) });
      expect(end.kind === 'restored' && end.fields).toBeGreaterThan(200);
      expect(ns.length).toBe(2);
    },
  );

  it('that restores something else is caught at once', async () => {
    const other = 'setsid sleep 100 >/dev/null 2>&1 & echo $! >$images/$file';
    const { end, ns } = await restoreBy('kill -9 $pid', other);
    expect(end).toMatchObject({ kind: 'different', difference: { place: 'tasks[0]' } });
    expect(ns.length).toBe(1);
  });

  it('that fails says what it said last', async () => {
    await expect(restoreBy('echo first >&2; echo Error: no >&2; exit 1', ':')).rejects.toThrow(
      'criu dump: fails (Error: no); see what criu check says',
    );
    await expect(restoreBy(':', 'exit 1')).rejects.toThrow('criu restore: fails (Command failed');
  });

  it('that never ends is ended', async () => {
    await expect(restoreBy('exec sleep 100', ':', 500)).rejects.toThrow(
      'criu dump: does not end within 0.5 s; see what criu check says',
    );
  });
});

it('no CRIU is found where there is none, or one that does not run', async () => {
  expect(await findCriu({ PATH: directory, XDG_CACHE_HOME: directory })).toBe(null);
  await writeFile(join(directory, 'criu'), '#!/bin/sh\nexit 1\n');
  await chmod(join(directory, 'criu'), 0o755);
  expect(await findCriu({ PATH: directory, XDG_CACHE_HOME: directory })).toBe(null);
});
