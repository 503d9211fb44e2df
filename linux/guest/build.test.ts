// SPDX-License-Identifier: MIT
/** Builds of a source that takes no time, and whatever can go wrong with one. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DESIGNS } from '../../core/kernel/strategy.ts';
import { buildKernel, type Recipe } from './build.ts';
import { type Cache, cacheAt, needRoom } from './cache.ts';
import { isThere, needCommands, Stopped } from './command.ts';
import { optionLines, PATCHED, type Patched } from './options.ts';
import { nextCallBy, type Origin, patchedSource, patchesIn } from './source.ts';

const missing = ['make', 'gcc', 'patch', 'xz', 'flex', 'bison', 'bc'].filter(
  (command) => !isThere(command),
);
const why = missing.length === 0 ? '' : ` (SKIPPED: ${missing.join(', ')} missing)`;

let directory: string;
let cache: Cache;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sideband-'));
  cache = cacheAt(join(directory, 'cache'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const MAKEFILE = `VERSION = 6
PATCHLEVEL = 1
SUBLEVEL = 999
tinyconfig:
\t: > $(O)/.config
olddefconfig:
\tsort -u -o $(O)/.config $(O)/.config
\techo >> $(O)/.config
vmlinux:
\t@echo '  CC      one.o'
\tcat $(CURDIR)/payload > $(O)/vmlinux
\t: > $(O)/System.map
init/init_task.o:
\tmkdir -p $(O)/init
\techo $(KCFLAGS) > $(O)/init/init_task.o
`;
const MERGE = `#!/bin/sh
# -m -O DIRECTORY CONFIG FRAGMENT...
shift 3
config=$1
shift
(echo; cat "$@") >> "$config"
`;

/** Packs a source whose kernel is its payload. */
function packed({ makefile = MAKEFILE, payload = 'plain\n', merge = MERGE } = {}): string {
  const source = join(directory, 'linux-source');
  rmSync(source, { recursive: true, force: true });
  mkdirSync(join(source, 'scripts', 'kconfig'), { recursive: true });
  writeFileSync(join(source, 'Makefile'), makefile);
  writeFileSync(join(source, 'payload'), payload);
  writeFileSync(join(source, 'scripts', 'kconfig', 'merge_config.sh'), merge);
  const archive = join(directory, 'source.tar.xz');
  execFileSync('tar', ['-cJf', archive, '-C', directory, 'linux-source']);
  return archive;
}

function patch(from: string, to: string): string {
  const path = join(directory, '0001-payload.patch');
  const head = '--- a/payload\n+++ b/payload\n@@ -1 +1 @@\n';
  writeFileSync(path, `${head}-${from}\n+${to}\n`);
  return path;
}

const tiny = (built: readonly Patched[]): Recipe => ({ built, config: 'tiny' });
const origin = (archive: string, patches: readonly string[] = []): Origin => ({ archive, patches });

describe.skipIf(missing.length > 0)(`a kernel${why}`, () => {
  it('is patched and built once, and anew where anything of it is another', async () => {
    const from = origin(packed(), [patch('plain', 'patched')]);
    const said: string[] = [];
    const watch = { onLine: (line: string) => said.push(line) };
    const kernel = await buildKernel(cache, tiny(PATCHED), watch, from);
    expect(readFileSync(kernel.path, 'utf8')).toBe('patched\n');
    expect([kernel.version, kernel.built]).toEqual(['6.1.999', PATCHED]);
    expect(said).toContain('  CC      one.o');
    const before = said.length;
    expect(await buildKernel(cache, tiny(PATCHED), watch, from)).toEqual(kernel);
    expect(said.length).toBe(before);
    const fewer = await buildKernel(cache, tiny(['setter']), {}, from);
    const config = readFileSync(join(fewer.path, '..', '.config'), 'utf8');
    expect(config).toContain('CONFIG_SET_NEXT_SYSCALL_DATA=y');
    expect(config).toContain('# CONFIG_INDIRECT is not set');
    const other = await buildKernel(cache, tiny(PATCHED), {}, origin(from.archive));
    expect(readFileSync(other.path, 'utf8')).toBe('plain\n');
    expect(new Set([kernel.key, fewer.key, other.key]).size).toBe(3);
  });

  it('of other patches leaves alone what they do not touch', async () => {
    const archive = packed();
    const one = await patchedSource(cache, {}, origin(archive, [patch('plain', 'patched')]));
    const [makefile, payload] = [join(one.directory, 'Makefile'), join(one.directory, 'payload')];
    const before = statSync(makefile).ctimeMs;
    const again = await patchedSource(cache, {}, origin(archive, [patch('plain', 'other')]));
    expect(readFileSync(payload, 'utf8')).toBe('other\n');
    await patchedSource(cache, {}, origin(archive));
    expect(readFileSync(payload, 'utf8')).toBe('plain\n');
    expect(statSync(makefile).ctimeMs).toBe(before);
    expect(again.key).not.toBe(one.key);
  });

  it('whose patch does not apply is named, with its file and its version', async () => {
    const from = origin(packed(), [patch('something else', 'patched')]);
    await expect(buildKernel(cache, tiny(PATCHED), {}, from)).rejects.toThrow(
      /0001-payload\.patch: it does not apply to Linux 6\.1\.999 \(payload\); see .*build\.log; the patches are made for Debian's linux-source-6\.1$/,
    );
    // What was half patched is no source.
    await expect(buildKernel(cache, tiny(PATCHED), {}, from)).rejects.toThrow('does not apply');
  });

  it('that does not compile keeps its log, whose last lines are shown', async () => {
    const makefile = MAKEFILE.replace(
      "@echo '  CC      one.o'",
      'echo one.c:7: no such thing >&2; false',
    );
    const failed = buildKernel(cache, tiny(PATCHED), {}, origin(packed({ makefile })));
    await expect(failed).rejects.toThrow(
      /^make vmlinux: ended with 2:\n(.*\n)*one\.c:7: no such thing\n/,
    );
    expect(readFileSync(cache.log, 'utf8')).toContain('one.c:7: no such thing');
    expect(readdirSync(cache.root).filter((name) => name.startsWith('kernel-'))).toEqual([]);
  });

  it('that drops an option is no kernel', async () => {
    const merge = MERGE.replace('cat "$@"', 'cat "$@" | grep -v SECCOMP_FILTER');
    const from = origin(packed({ merge }));
    await expect(buildKernel(cache, tiny(PATCHED), {}, from)).rejects.toThrow(
      'linux/guest: Linux 6.1.999 does not take CONFIG_SECCOMP_FILTER=y; see what it depends on;',
    );
  });

  it('that is interrupted is not there, and goes on where it was', async () => {
    const makefile = MAKEFILE.replace(
      'vmlinux:\n',
      'vmlinux:\n\techo begun >> $(O)/begun\n',
    ).replace(
      'cat $(CURDIR)',
      'test -e $(O)/again || { touch $(O)/again; sleep 60; }\n\tcat $(CURDIR)',
    );
    const from = origin(packed({ makefile }));
    let isStopped = false;
    const onLine = (line: string) => {
      isStopped ||= line.includes('one.o');
    };
    const interrupted = () => isStopped;
    await expect(buildKernel(cache, tiny([]), { onLine, interrupted }, from)).rejects.toThrow(
      Stopped,
    );
    expect(readdirSync(cache.root).sort()).toEqual(['build-tiny', 'build.log', 'source']);
    const kernel = await buildKernel(cache, tiny([]), {}, from);
    expect(readFileSync(kernel.path, 'utf8')).toBe('plain\n');
  });

  it('is not begun where somebody else builds, and is where that one is dead', async () => {
    const from = origin(packed());
    const lock = join(cache.root, 'lock');
    writeFileSync(lock, String(process.ppid));
    await expect(buildKernel(cache, tiny([]), {}, from)).rejects.toThrow(
      `lock: process ${process.ppid} builds there; wait until it has ended`,
    );
    writeFileSync(lock, '999999999');
    expect(existsSync((await buildKernel(cache, tiny([]), {}, from)).path)).toBe(true);
    expect(existsSync(lock)).toBe(false);
  });
});

describe('what is missing is one sentence', () => {
  it('of the source', async () => {
    const from = origin(join(directory, 'none.tar.xz'));
    await expect(patchedSource(cache, {}, from)).rejects.toThrow(
      'none.tar.xz: there is no source of Linux; apt-get install linux-source-6.1',
    );
  });

  it('of commands', () => {
    const packages = { sh: 'dash', frobnicate: 'frob', twiddle: 'frob' };
    expect(() => needCommands('a kernel', packages)).toThrow(
      'a kernel: frobnicate, twiddle missing; apt-get install frob',
    );
  });

  it('of room', () => {
    expect(() => needRoom(cache, 1e12, 'a build')).toThrow(
      /cache: a build takes 1000000000000 MB, and \d+ are free; make room, or set XDG_CACHE_HOME/,
    );
  });
});

it('every option is in the lines, on or off', () => {
  expect(optionLines(['procfs'])).toBe(
    '# CONFIG_SYSCALL_WITH_ID is not set\n' +
      'CONFIG_PROC_NEXT_SYSCALL_DATA=y\n' +
      '# CONFIG_SET_NEXT_SYSCALL_DATA is not set\n' +
      '# CONFIG_INDIRECT is not set\n' +
      '# CONFIG_SET_PROCESS_DATA is not set\n',
  );
});

it('the patches are a series, in order and without a gap', () => {
  const numbers = patchesIn().map((path) => Number(/(\d{4})-[^/]*$/.exec(path)?.[1]));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(numbers.length).toBe(9);
});

it('the next call has a patch that all designs share, and one or two of each', () => {
  const names = DESIGNS.map((design) => {
    const { groundwork, own } = nextCallBy(design);
    return [...groundwork, ...own].map((path) => Number(/(\d{4})-[^/]*$/.exec(path)?.[1]));
  });
  expect(names).toEqual([
    [1, 2],
    [1, 3, 4],
    [1, 3],
    [1, 3, 5],
  ]);
});
