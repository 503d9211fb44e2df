// SPDX-License-Identifier: MIT
/**
 * Why a strategy fails checks: what its form is, and no slip of ours. Whoever is not here passes
 * all that it has a part in; whoever is here must fail some.
 */
export const WEAKNESSES: Readonly<Record<string, string>> = {
  procfs: 'a handler between the passes finds the value',
  setter: 'a handler between the passes finds the value',
  eclone: 'a taken number is EBUSY, and a number of 0 leaves the choice to the kernel',
  'procfs-v1': 'one field for the process, taken by any kind, left behind by a call that fails',
  'procfs-v2': 'a call that fails, or finds its key, leaves the value to whatever comes next',
  'procfs-july': 'the next call takes the value, whatever it is, and also if it is interrupted',
  'setter-july': 'the next call takes the value, whatever it is, and also if it is interrupted',
  'indirect-v1': 'a block without kinds, and registers that are read twice',
  'indirect-v5': 'a block without kinds',
  'process-field': 'threads share the field',
  'anyone-writes': 'whoever has the file of a task arms it, and handlers find the value',
  'check-at-set': 'privilege is asked for where the value is set',
  'keeps-on-failure': 'a call that fails leaves the value to the next one',
  ns_last_pid: 'a hint for the whole namespace, at one level, that slides to the next free number',
  'ns_last_pid-locked': 'a hint at one level, that slides to the next free number',
  next_id: 'a hint for the whole namespace, that slides to the next free id',
  'timer-ids': 'the mode is that of the whole process',
  'change-id': 'an object is made under some id, and only then given the one that is asked for',
};
