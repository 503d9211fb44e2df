// SPDX-License-Identifier: MIT
/** sideband/flags: flags, commands and capabilities, as numbered by Linux. */
export * from '../core/kernel/flags.ts';
