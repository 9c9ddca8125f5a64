// Run by cut-off.test.ts in a network of its own: real servers and a real checker, and then the network is taken away.
import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { askAddress } from '../../../src/daemon/checker/ask-address.ts';
import { openChecker } from '../../../src/daemon/checker/checker.ts';
import { openListeners } from '../../e2e/inventory/listeners.ts';

const network = (state: 'up' | 'down') => execFileSync('ip', ['link', 'set', 'lo', state]);
network('up');
const listeners = openListeners(8080);
const all = Array.from({ length: 6 }, (_, n) => `127.0.0.${n + 2}`);
await listeners.up(...all);
let down: readonly string[] = [];
let asked = 0;
const checker = openChecker({
  ask: (probe, signal) => {
    asked += 1;
    return askAddress(probe, signal);
  },
  now: Date.now,
  chance: Math.random,
  tell: ({ fell, rose }) => {
    const came = new Set(rose.map(({ address }) => address));
    down = [...down.filter((address) => !came.has(address)), ...fell.map(({ address }) => address)];
    for (const { address } of fell) console.log(`${address} fell`);
    for (const { address } of rose) console.log(`${address} rose`);
  },
});
const until = async (is: () => boolean) => {
  while (!is()) await pause(20);
};
checker.watch(
  all.map((address) => ({
    probe: { address, port: 8080, url: null, string_match: null, interval: 200, timeout: 200 },
    rrsets: [`${address} A`],
  })),
  [],
);
await listeners.down('127.0.0.7');
await until(() => down.length === 1);
network('down');
console.log('cut');
const enough = asked + 20 * all.length;
await until(() => asked > enough);
network('up');
console.log('mended');
await listeners.down('127.0.0.6');
await until(() => down.length === 2);
checker.close();
await listeners.stop();
