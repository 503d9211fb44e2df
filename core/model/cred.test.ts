// SPDX-License-Identifier: MIT
/** Ids and capabilities, by kernel/sys.c, kernel/capability.c and security/commoncap.c. */
import { describe, expect, it } from 'vitest';
import { fail } from '../kernel/errno.ts';
import {
  CAP_IPC_OWNER,
  CAP_SYS_ADMIN,
  CAPABILITY_VERSION_1,
  CAPABILITY_VERSION_3,
  CLONE_A_THREAD,
  CLONE_NEWIPC,
  IPC_PRIVATE,
  IPC_RMID,
} from '../kernel/flags.ts';
import { getNumbers, putNumbers, type UserMemory } from '../kernel/memory.ts';
import { type Program, type Syscall, sys } from '../kernel/syscall.ts';
import { CAP_EMPTY_SET, CAP_FULL_SET, type CapabilitySet, isRaised } from './cred.ts';
import { trial } from './trial.ts';

const OK = 0;
const EPERM = fail('EPERM');
const EINVAL = fail('EINVAL');
const EFAULT = fail('EFAULT');

function* exits(): Program {
  return yield sys('exit_group', 0);
}

/** Results of calls by root, one after the other, and its credentials then. */
function byRoot(...calls: readonly Syscall[]) {
  const { said, kernel } = trial((say) => ({
    *init() {
      for (const call of calls) say(yield call);
      return 0;
    },
    exits,
  }));
  return { said, cred: kernel.init.cred.v };
}

describe('credentials', () => {
  it('are dropped for good by root, and by nobody else', () => {
    const { said, cred } = byRoot(
      ...[sys('setgid', 50), sys('setuid', 1000)],
      ...[sys('setuid', 0), sys('setuid', 1000), sys('setgid', 0)],
      ...[sys('setuid', -1), sys('setgid', -1)],
    );
    expect(said).toEqual([OK, OK, EPERM, OK, EPERM, EINVAL, EINVAL]);
    expect(cred).toMatchObject({ uid: 1000, euid: 1000, suid: 1000, gid: 50, egid: 50, sgid: 50 });
    expect(cred).toMatchObject({ permitted: CAP_EMPTY_SET, effective: CAP_EMPTY_SET });
  });

  it('are dropped and regained by the effective id, and with it what root may do', () => {
    const makes = sys('clone', CLONE_NEWIPC, 'exits');
    const { said, cred } = byRoot(
      ...[sys('setresuid', -1, 1000, -1), makes, sys('geteuid'), sys('getuid')],
      ...[sys('setresuid', -1, 0, -1), makes],
    );
    expect(said).toEqual([OK, EPERM, 1000, 0, OK, 2]);
    expect(cred.effective).toEqual(CAP_FULL_SET);
  });

  it('keep what is permitted as long as one of the ids is root', () => {
    expect(byRoot(sys('setresuid', 1000, 1000, -1)).cred).toMatchObject({
      permitted: CAP_FULL_SET,
      effective: CAP_EMPTY_SET,
    });
    expect(byRoot(sys('setresuid', 1000, 1000, 1000)).cred.permitted).toEqual(CAP_EMPTY_SET);
    const left = [sys('setresuid', 1000, 1000, -1), sys('setuid', 0)];
    expect(byRoot(...left).cred).toMatchObject({ uid: 1000, euid: 0, effective: CAP_FULL_SET });
  });

  it('of setreuid: the saved id follows where the real one is set, or left by the effective', () => {
    expect(byRoot(sys('setreuid', -1, 1000)).cred).toMatchObject({
      uid: 0,
      euid: 1000,
      suid: 1000,
    });
    expect(byRoot(sys('setreuid', 1000, -1)).cred).toMatchObject({ uid: 1000, euid: 0, suid: 0 });
    const { said, cred } = byRoot(
      ...[sys('setresuid', 5, 6, 7), sys('setreuid', 7, -1), sys('setreuid', -1, 7)],
      ...[sys('setreuid', 6, 5), sys('setreuid', -1, -2)],
    );
    expect(said).toEqual([OK, EPERM, OK, EPERM, EINVAL]);
    expect(cred).toMatchObject({ uid: 5, euid: 7, suid: 7 });
  });

  it('of setresgid: any of the three ids is free, another takes CAP_SETGID', () => {
    const { said, cred } = byRoot(
      ...[sys('setresgid', 5, 6, 7), sys('setuid', 1000)],
      ...[sys('setresgid', 7, 5, 6), sys('setresgid', -1, 8, -1), sys('setresgid', -2, -1, -1)],
      ...[sys('setregid', 6, -1), sys('setregid', 5, 7), sys('setgid', 5), sys('setgid', 6)],
    );
    expect(said).toEqual([OK, OK, OK, EPERM, EINVAL, EPERM, OK, OK, EPERM]);
    expect(cred).toMatchObject({ gid: 5, egid: 5, sgid: 7 });
  });

  it('are read by getresuid, as far as it gets', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        yield sys('setresuid', 5, 6, 7);
        const at = memory.allocate(12);
        say(yield sys('getresuid', at, at + 4, at + 8), ...getNumbers(memory, at, 4, 3));
        memory.store(at, 0);
        say(yield sys('getresuid', at, 1, at + 8), memory.load(at), memory.load(at + 4));
        return 0;
      },
    }));
    expect(said).toEqual([OK, 5, 6, 7, EFAULT, 5, 6]);
  });

  it("are a thread's own", () => {
    const { said } = trial((say, said) => ({
      *init() {
        yield sys('clone', CLONE_A_THREAD, 'thread');
        yield { until: () => said.length > 0, why: 'the thread' };
        say(yield sys('getuid'));
        return 0;
      },
      *thread() {
        yield sys('setuid', 1000);
        say(yield sys('getuid'));
        return 0;
      },
    }));
    expect(said).toEqual([1000, 0]);
  });

  it('that an object is made and owned by are the effective ones', () => {
    const { said } = trial((say) => ({
      *init() {
        yield sys('setresgid', 5, 6, 5);
        yield sys('setresuid', 1000, 1001, 0);
        const id = yield sys('msgget', IPC_PRIVATE, 0o600);
        yield sys('setresuid', -1, 1000, -1);
        say(yield sys('msgctl', id, IPC_RMID, 0));
        yield sys('setresuid', -1, 0, -1);
        yield sys('setresuid', 1000, 1001, 1001);
        say(yield sys('msgctl', id, IPC_RMID, 0));
        return 0;
      },
    }));
    expect(said).toEqual([EPERM, OK]);
  });
});

const header = (memory: UserMemory, pid = 0, version = CAPABILITY_VERSION_3) =>
  putNumbers(memory, 4, [version, pid]);

const data = (
  memory: UserMemory,
  effective: CapabilitySet,
  permitted: CapabilitySet,
  inheritable: CapabilitySet = CAP_EMPTY_SET,
) =>
  putNumbers(
    memory,
    4,
    [0, 1].flatMap((word) => [effective, permitted, inheritable].map((set) => set[word] ?? 0)),
  );

const without = (capability: number): CapabilitySet => [~(1 << capability), CAP_FULL_SET[1]];

describe('capset', () => {
  it('drops what is effective until it is wanted again, what is permitted for good', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        const call = sys('clone', CLONE_NEWIPC, 'exits');
        const head = header(memory);
        say(yield sys('capset', head, data(memory, without(CAP_SYS_ADMIN), CAP_FULL_SET)));
        say(yield call);
        say(yield sys('capset', head, data(memory, CAP_FULL_SET, CAP_FULL_SET)), yield call);
        const less = without(CAP_SYS_ADMIN);
        say(yield sys('capset', head, data(memory, less, less)), yield call);
        say(yield sys('capset', head, data(memory, CAP_FULL_SET, CAP_FULL_SET)));
        say(yield sys('capset', head, data(memory, CAP_FULL_SET, less)));
        return 0;
      },
      exits,
    }));
    expect(said).toEqual([OK, EPERM, OK, 2, OK, EPERM, EPERM, EPERM]);
  });

  it('lets nobody inherit without CAP_SETPCAP what was not permitted', () => {
    const { said, kernel } = trial((say) => ({
      *init({ memory }) {
        const head = header(memory);
        const one: CapabilitySet = [1 << CAP_IPC_OWNER, 0];
        say(yield sys('capset', head, data(memory, one, one, [-1, -1])));
        say(yield sys('capset', head, data(memory, one, one, CAP_FULL_SET)));
        say(yield sys('capset', head, data(memory, one, one, one)));
        say(yield sys('capset', head, data(memory, one, one, CAP_FULL_SET)));
        return 0;
      },
    }));
    expect(said).toEqual([OK, OK, OK, EPERM]);
    expect(isRaised(kernel.init.cred.v.inheritable, CAP_IPC_OWNER)).toBe(true);
  });

  it('is of oneself, by a header of a known version', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        const full = data(memory, CAP_FULL_SET, CAP_FULL_SET);
        const unknown = header(memory, 0, 7);
        say(yield sys('capset', unknown, full), memory.load(unknown));
        say(yield sys('capset', header(memory, 1), full));
        say(yield sys('capset', header(memory, 2), full), yield sys('capset', header(memory), 1));
        say(yield sys('capset', 1, full));
        return 0;
      },
    }));
    expect(said).toEqual([EINVAL, CAPABILITY_VERSION_3, OK, EPERM, EFAULT, EFAULT]);
  });

  it('of the first version leaves nothing of the upper word', () => {
    const { said, kernel } = trial((say) => ({
      *init({ memory }) {
        const old = header(memory, 0, CAPABILITY_VERSION_1);
        say(yield sys('capset', old, putNumbers(memory, 4, [-1, -1, 0])));
        return 0;
      },
    }));
    expect(said).toEqual([OK]);
    expect(kernel.init.cred.v).toMatchObject({ effective: [-1, 0], permitted: [-1, 0] });
  });
});

describe('capget', () => {
  it('shows all three sets of any task that the caller sees', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        yield sys('fork', 'child');
        yield sys('setresuid', -1, 1000, -1);
        const at = memory.allocate(24);
        for (const pid of [0, 2, 3, -1]) {
          say(yield sys('capget', header(memory, pid), at), ...getNumbers(memory, at, 4, 6));
        }
        return 0;
      },
      *child() {
        return yield sys('pause');
      },
    }));
    const [low, high] = CAP_FULL_SET;
    const [mine, other] = [
      [0, low, 0, 0, high, 0],
      [low, low, 0, high, high, 0],
    ];
    expect(said).toEqual([OK, ...mine, OK, ...other, fail('ESRCH'), ...other, EINVAL, ...other]);
  });

  it('without data tells the version', () => {
    const { said } = trial((say) => ({
      *init({ memory }) {
        const unknown = header(memory, -1, 0);
        say(yield sys('capget', unknown, 0), memory.load(unknown), yield sys('capget', 1, 0));
        say(yield sys('capget', unknown, 0), yield sys('capget', unknown, 1));
        return 0;
      },
    }));
    expect(said).toEqual([OK, CAPABILITY_VERSION_3, EFAULT, OK, EINVAL]);
  });
});
