// SPDX-License-Identifier: MIT
// A worker has no loader but its own.
import { register } from 'tsx/esm/api';

register();
await import('./counting.ts');
