// SPDX-License-Identifier: MIT
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mersenne } from 'pure-rand/generator/mersenne';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Runner } from './runner.ts';
import { modelSection } from './section-of-model.ts';
import { openSection } from './sections.ts';
import { PARTS, TurnSchema } from './turns.ts';
import { CANDIDATE, withVersion } from './versions.ts';

const top = mkdtempSync(join(tmpdir(), 'sideband-versions-'));
const git = (...args: string[]) =>
  execFileSync('git', ['-C', top, '-c', 'user.name=n', '-c', 'user.email=e@e', ...args], {
    encoding: 'utf8',
  });

beforeAll(() => {
  git('init', '--quiet');
  writeFileSync(join(top, 'package-lock.json'), '{}');
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  mkdirSync(join(top, 'node_modules'));
  writeFileSync(join(top, 'node_modules/mark'), 'ours');
});
afterAll(() => rmSync(top, { recursive: true }));

describe('another version', () => {
  it('has a tree of its own, with what is installed here, and leaves nothing', async () => {
    const root = await withVersion(
      'HEAD',
      async (version) => {
        expect(version.name).toMatch(/^HEAD \([0-9a-f]{12}\)$/);
        expect(readFileSync(join(version.root, 'node_modules/mark'), 'utf8')).toBe('ours');
        return version.root;
      },
      top,
    );
    expect(existsSync(root)).toBe(false);
    expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1);
    expect(readFileSync(join(top, 'node_modules/mark'), 'utf8')).toBe('ours');
  });

  it('is gone, too, where what is done with it fails', async () => {
    const fails = withVersion('HEAD', () => Promise.reject(new Error('no')), top);
    await expect(fails).rejects.toThrow('no');
    expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1);
  });

  it('that git does not have is one sentence', async () => {
    await expect(withVersion('no-such', async () => {}, top)).rejects.toThrow(
      /--against no-such: git has no such commit; fetch it, or name another/,
    );
  });

  it('of no checkout is another', async () => {
    await expect(withVersion('HEAD', async () => {}, tmpdir())).rejects.toThrow(
      /this is no git checkout .*; run it in a clone/,
    );
  });

  it('without rows is one sentence', async () => {
    const base = { name: 'old', root: top };
    const opened = openSection('model', {
      ...{ base, candidate: CANDIDATE, scratch: top, onProgress() {} },
    });
    await expect(opened).rejects.toThrow(/old: it can't be timed, as it has no bench\/gate\//);
  });
});

describe('a process that takes turns', () => {
  it('does so at the rows of this tree, and says what it did', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'sideband-turns-'));
    const versions = { base: CANDIDATE, candidate: CANDIDATE, scratch, onProgress() {} };
    const section = await modelSection(versions);
    const random = mersenne(1);
    const { play, end } = await section.sides(random, 0);
    const rows = section.rows.shared.map(({ name }) => name);
    const round = await play({ rows, more: 3, order: ['again', 'base', 'candidate'] }, random);
    for (const part of PARTS) {
      expect(round[part].map(({ work }) => work)).toEqual(round.base.map(({ work }) => work));
      expect(round[part].every(({ ns }) => ns > 0)).toBe(true);
      expect(round[part]).toHaveLength(rows.length);
    }
    end();
    section.end();
    rmSync(scratch, { recursive: true });
  });

  it('and fails is one sentence', async () => {
    const command = (code: string) => ({
      ...{ path: process.execPath, args: ['-e', code] },
      ...{ directory: top, version: 'that one' },
    });
    await expect(Runner.start(command('throw new Error("no such thing")'), 0)).rejects.toThrow(
      /that one: it can't be timed \(.*no such thing.*\)/,
    );
    const ask = { rows: ['a'], more: 0, environment: 0 };
    const dies =
      'console.log(`{"protocol":1,"rows":[]}`); process.stdin.once("data", () => { throw new Error("a row fails"); })';
    const runner = await Runner.start(command(dies), 0);
    await expect(runner.ask(ask, TurnSchema)).rejects.toThrow(
      /that one: it can't be timed \(.*a row fails/,
    );
    await expect(
      Runner.start({ path: '/no/such', args: [], directory: top, version: 'that one' }, 0),
    ).rejects.toThrow(/that one: it can't be timed/);
  });
});
