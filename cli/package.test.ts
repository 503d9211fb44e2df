// SPDX-License-Identifier: MIT
/**
 * The package as whoever installs it has it: packed, installed into an empty folder, and run by each
 * Node that it says it runs on. Where the registry can't be reached, that part is skipped.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from './version.ts';

const TOP = fileURLToPath(new URL('../', import.meta.url));
const EXAMPLE = join(TOP, 'examples', 'extensible-struct.ts');
const MAJORS = [20, 22, 24];

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What npm run puts into the environment is about this package, and not about what is run. */
const plain = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_(OPTIONS|PATH|ENV)$/.test(name)),
);

/** @param node whose commands are found first */
const run = (cwd: string, node: string, command: string, ...args: string[]) =>
  new Promise<Ended>((resolve) => {
    const PATH = `${dirname(node)}${delimiter}${process.env.PATH}`;
    const env = { ...plain, PATH, NO_COLOR: '1' };
    execFile(command, args, { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });

const npm = (cwd: string, ...args: string[]) => run(cwd, process.execPath, 'npm', ...args);

const offline =
  (await npm(tmpdir(), 'ping', '--fetch-retries=0', '--fetch-timeout=20000')).code !== 0;
if (offline) {
  process.stderr.write('no registry: the package is not installed, and not run by other Nodes\n');
}

let directory = '';
let tarball = '';
let packed: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sideband-package-'));
  const { stdout, stderr, code } = await npm(
    TOP,
    'pack',
    '--json',
    '--pack-destination',
    directory,
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const [pack] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  tarball = join(directory, pack.filename);
  packed = pack.files.map(({ path }) => path);
});
afterAll(() => rm(directory, { recursive: true }));

describe('the package', () => {
  it('has what is needed to run, and no tests', () => {
    expect(packed.filter((path) => /test|golden|snap$/.test(path))).toEqual([]);
    expect(packed).toEqual(
      expect.arrayContaining([
        ...['bin/sideband.js', 'bin/hooks.js', 'dist/api/design.js', 'dist/api/design.d.ts'],
        ...['examples/extensible-struct.ts', 'reports/reference/costs.json', 'LICENSES/MIT.txt'],
        ...['core/restart/fixtures/machine.json', 'linux/agent/main.c', 'linux/guest/tiny.config'],
      ]),
    );
  });

  it('has types and exports that attw and publint have nothing to say of', async () => {
    const attw = await npm(TOP, 'exec', '--', 'attw', tarball, '--profile', 'esm-only');
    expect(attw, attw.stdout).toMatchObject({ code: 0 });
    const publint = await npm(TOP, 'exec', '--', 'publint', tarball, '--strict');
    expect(publint, publint.stdout).toMatchObject({ code: 0 });
    expect(publint.stdout).toContain('All good!');
  });
});

describe.skipIf(offline)('installed into an empty folder', () => {
  let folder = '';
  const nodes = new Map<number, string>();

  /** The one that runs this, or one from the registry. */
  async function nodeOf(major: number): Promise<string> {
    if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
    const home = join(directory, `node${major}`);
    await mkdir(home);
    await writeFile(join(home, 'package.json'), '{}');
    const { code, stderr } = await npm(home, 'install', `node@${major}`, '--prefer-offline');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return join(home, 'node_modules', 'node', 'bin', 'node');
  }

  beforeAll(async () => {
    folder = join(directory, 'empty');
    await mkdir(folder);
    const install = async () => {
      const { code, stderr } = await npm(folder, 'install', tarball, '--prefer-offline');
      expect({ code, stderr }).toMatchObject({ code: 0 });
    };
    await Promise.all([
      install(),
      ...MAJORS.map(async (major) => nodes.set(major, await nodeOf(major))),
    ]);
    await cp(EXAMPLE, join(folder, 'mine.ts'));
  });

  describe.each(MAJORS)('by Node %d', (major) => {
    const nodeHere = () => nodes.get(major) ?? '';
    const sideband = (...args: string[]) =>
      run(folder, nodeHere(), join(folder, 'node_modules', '.bin', 'sideband'), ...args);

    it('is that version', async () => {
      const node = await run(folder, nodeHere(), 'node', '--version');
      expect(node.stdout.startsWith(`v${major}.`)).toBe(true);
      const ended = await run(folder, nodeHere(), 'npx', 'sideband', '--version');
      expect(ended).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    });

    it('lists what there is', async () => {
      const { code, stdout, stderr } = await sideband('list');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('threads-ask-at-once');
    });

    it('races in threads of its own', async () => {
      const ended = await sideband('race', 'threads-ask-at-once', '-s', 'process-field');
      expect(ended).toMatchObject({ code: 1 });
      expect(ended.stdout).toContain('sideband race threads-ask-at-once -s process-field');
    });

    it('takes a design from outside', async () => {
      const ended = await sideband(
        ...['race', 'threads-ask-at-once', '-s', 'extensible-struct', '--with', './mine.ts'],
      );
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
    });

    it('exports what is JavaScript', async () => {
      const source =
        "const { fail } = await import('sideband/design'); " +
        "const { IPC_CREAT } = await import('sideband/flags'); " +
        'process.stdout.write([fail("EPERM"), IPC_CREAT].join());';
      const ended = await run(folder, nodeHere(), 'node', '--input-type=module', '-e', source);
      expect(ended).toEqual({ code: 0, stdout: '-1,512', stderr: '' });
    });
  });

  describe('its types', () => {
    const tsc = (file: string) =>
      run(
        folder,
        process.execPath,
        'node',
        join(TOP, 'node_modules', 'typescript', 'bin', 'tsc'),
        ...['--noEmit', '--strict', '--target', 'es2023'],
        ...['--module', 'nodenext', '--moduleResolution', 'nodenext', file],
      );

    it('are those that a design is written with', async () => {
      expect(await tsc('mine.ts')).toEqual({ code: 0, stdout: '', stderr: '' });
    });

    it('find a hook of unknown name', async () => {
      const source = await readFile(EXAMPLE, 'utf8');
      await writeFile(join(folder, 'wrong.ts'), source.replace('syscalls: {', 'sycalls: {'));
      const { code, stdout } = await tsc('wrong.ts');
      expect(code).not.toBe(0);
      expect(stdout).toContain("'sycalls' does not exist in type 'KernelHalf'");
    });
  });
});
