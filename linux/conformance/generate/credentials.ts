// SPDX-License-Identifier: MIT
/** Users and groups. */
import type { Kind } from './builder.ts';

export const USERS = [0, 0, 1000, 1000, 1000, 1001, 1001, -1];

export const CREDENTIALS: readonly Kind[] = [
  (b) => ['setuid', [b.of(USERS)]],
  (b) => ['setgid', [b.of(USERS)]],
];
