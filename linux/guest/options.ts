// SPDX-License-Identifier: MIT
/** Which Kconfig option of the patches builds which strategy into a kernel. */

export const OPTIONS = {
  with_id: 'SYSCALL_WITH_ID',
  procfs: 'PROC_NEXT_SYSCALL_DATA',
  setter: 'SET_NEXT_SYSCALL_DATA',
  indirect: 'INDIRECT',
  'process-field': 'SET_PROCESS_DATA',
} as const;

/** A strategy that there is a patch of. */
export type Patched = keyof typeof OPTIONS;

export const PATCHED = Object.keys(OPTIONS) as readonly Patched[];

/** What is merged onto the fragment: each option, on or off. */
export const optionLines = (built: readonly Patched[]): string =>
  PATCHED.map((name) =>
    built.includes(name) ? `CONFIG_${OPTIONS[name]}=y\n` : `# CONFIG_${OPTIONS[name]} is not set\n`,
  ).join('');
