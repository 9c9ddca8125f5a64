import { readFileSync } from 'node:fs';
import { openStore } from '../../src/state/index.ts';
import type { Pass, Where } from './pass.ts';
import { applyAt, openPowerDns, targetsOf } from './pass.ts';

// Applies what a file says in a process of its own, to be killed at it.

export interface ChildInput extends Pass {
  readonly where: Where;
  readonly state: string;
}

const input: ChildInput = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const target = await openPowerDns(input.where, 'pdns', '60s');
const store = await openStore(input.state);
await applyAt(input, targetsOf(target), { store });
await store.close();
await target.provider.close?.();
