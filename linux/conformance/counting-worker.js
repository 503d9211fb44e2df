// SPDX-License-Identifier: MIT
// A worker has no loader but its own.
import { register } from 'tsx/esm/api';

// What the user has in a tsconfig.json is not about us.
register({ tsconfig: false });
await import('./counting.ts');
