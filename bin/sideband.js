#!/usr/bin/env node
// SPDX-License-Identifier: MIT
import { register } from 'tsx/esm/api';

// What the user has in a tsconfig.json is not about us.
register({ tsconfig: false });
const { main } = await import('../cli/main.ts');
await main(process.argv);
