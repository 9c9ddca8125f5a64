import { expect, it } from 'vitest';
import { type Driver, type DriverOptions, passDriver } from '../../../src/daemon/driver.ts';
import type { PassEnd } from '../../../src/daemon/engine/messages.ts';
import { server } from '../../compose/compose-input.ts';

const driverOf = (options: Pick<DriverOptions, 'thread'> & Partial<DriverOptions>): Driver => {
  let passes = 0;
  return passDriver({
    interval: 300_000,
    newId: () => `p${++passes}`,
    isReady: () => true,
    inputOf: ({ allow, full, zones }, hooked) => ({
      ...{ config: 'hostmaster.yaml', commit: null, allow, full, zones, hooked, suspended: [], resumed: [] },
    }),
    onBegan: () => undefined,
    onEnded: () => undefined,
    backOffAfter: (before) => before,
    takeHooked: () => [server('web1', [])],
    onHooked: () => undefined,
    ...options,
  });
};

it('tells all of what a pass came to before the next one begins, whatever that asks for', async () => {
  const said: string[] = [];
  let end: (end: PassEnd) => void = () => undefined;
  const driver = driverOf({
    thread: {
      run: () => new Promise((resolve) => (end = resolve)),
      giveUp: () => undefined,
      stop: () => end({ status: 'stopped' }),
    },
    onBegan: ({ cause }) => said.push(`${cause} began`),
    onEnded: ({ cause }) => {
      said.push(`${cause} ended`);
      driver.setTimer('inventory', 60_000);
    },
    onHooked: (servers) => said.push(`told ${servers.length}`),
  });
  driver.hooked(1);
  driver.hooked(1);
  end({ status: 'given up' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(said).toEqual(['hook began', 'hook ended', 'told 1', 'hook began']);
  await driver.stop();
});

it('does what a person asked for before a commit was in force once one is, under the id that was given', async () => {
  const begun: unknown[] = [];
  let isReady = false;
  const driver = driverOf({
    thread: {
      run: async ({ allow }, { cause, id }) => {
        begun.push({ id, cause, allow });
        return { status: 'stopped' };
      },
      giveUp: () => undefined,
      stop: () => undefined,
    },
    isReady: () => isReady,
  });
  driver.ask({ cause: 'start' });
  const id = driver.ask({ cause: 'manual', by: 'ops', allow: ['shrink:lab'] });
  expect(begun).toEqual([]);
  isReady = true;
  driver.ask({ cause: 'git' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual([
    { id: 'p1', cause: 'git', allow: [] },
    { id, cause: 'manual', allow: ['shrink:lab'] },
  ]);
  await driver.stop();
});
