// SPDX-License-Identifier: MIT
/** The example: a good design, whose structures are versioned by their size. */
import { describe, expect, it } from 'vitest';
import { fail } from '../core/kernel/errno.ts';
import { IPC_CREAT, IPC_PRIVATE } from '../core/kernel/flags.ts';
import { putNumbers } from '../core/kernel/memory.ts';
import { sys } from '../core/kernel/syscall.ts';
import { trial } from '../core/model/trial.ts';
import { CHECKS } from '../properties/checks.ts';
import { extensibleStruct } from './extensible-struct.ts';

it.each(CHECKS)('passes: $name', (check) => {
  expect(check.run(extensibleStruct)).toBeNull();
});

/** What msgget2 says to a structure of these members, and a size if it is not theirs. */
function msgget2(members: readonly number[], size = 8 * members.length): unknown {
  const { said } = trial(
    (say) => ({
      *init({ memory }) {
        say(yield sys('msgget2', putNumbers(memory, 8, members), size));
        return 0;
      },
    }),
    extensibleStruct.kernel,
  );
  return said[0];
}

describe('a structure', () => {
  const plain = [IPC_PRIVATE, IPC_CREAT];

  it('of version 0 is the plain call', () => {
    expect(msgget2(plain)).toBe(0);
  });

  it('of a later version may be longer, where the rest is 0', () => {
    expect(msgget2([...plain, 0, 0, 0, 0])).toBe(0);
    expect(msgget2([...plain, 0, 0, 0, 1])).toBe(fail('E2BIG'));
  });

  it('asks for all of a member, or for none', () => {
    expect(msgget2([...plain, 0, 1])).toBe(fail('EINVAL'));
    expect(msgget2([...plain, 4096])).toBe(fail('EINVAL'));
  });

  it.each([
    ['shorter than version 0', 8, 'EINVAL'],
    ['no whole members', 20, 'EINVAL'],
    ['more than a page', 4104, 'E2BIG'],
    ['less than nothing', -8, 'E2BIG'],
    ['more than is there', 4096, 'EFAULT'],
  ] as const)('is refused if its size is %s', (_what, size, errno) => {
    expect(msgget2(plain, size)).toBe(fail(errno));
  });
});
