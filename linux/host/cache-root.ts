// SPDX-License-Identifier: MIT
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where everything is kept that is built or unpacked once: the XDG base directories' cache. */
export const cacheRoot = (env = process.env): string =>
  join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'sideband');
