import { expect, it } from 'vitest';
import { type Driver, passDriver } from '../../../src/daemon/driver.ts';
import type { PassEnd } from '../../../src/daemon/engine/messages.ts';
import { server } from '../../compose/compose-input.ts';

it('tells all of what a pass came to before the next one begins, whatever that asks for', async () => {
  const said: string[] = [];
  let end: (end: PassEnd) => void = () => undefined;
  let passes = 0;
  const driver: Driver = passDriver({
    thread: {
      run: () => new Promise((resolve) => (end = resolve)),
      giveUp: () => undefined,
      stop: () => end({ status: 'stopped' }),
    },
    interval: 300_000,
    newId: () => `p${++passes}`,
    inputOf: ({ allow, full, zones }, hooked) => ({
      ...{ config: 'hostmaster.yaml', commit: null, allow, full, zones, hooked, suspended: [], resumed: [] },
    }),
    onBegan: ({ cause }) => said.push(`${cause} began`),
    onEnded: ({ cause }) => {
      said.push(`${cause} ended`);
      driver.setTimer('inventory', 60_000);
    },
    backOffAfter: (before) => before,
    takeHooked: () => [server('web1', [])],
    onHooked: (servers) => said.push(`told ${servers.length}`),
  });
  driver.hooked(1);
  driver.hooked(1);
  end({ status: 'given up' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(said).toEqual(['hook began', 'hook ended', 'told 1', 'hook began']);
  await driver.stop();
});
