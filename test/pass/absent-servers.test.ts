import { describe, expect, it } from 'vitest';
import { compose } from '../../src/compose/index.ts';
import type { RosterServer } from '../../src/model/server.ts';
import { absenceAllows, absentServers } from '../../src/pass/absent-servers.ts';
import { inputOf, labZones, missing, newcomer, registration, remembered, server } from '../compose/compose-input.ts';
import { definitionsOf } from './pass-scene.ts';

const old = server('old', ['192.0.2.1']);
const ptr = 'absence:2.0.192.in-addr.arpa:1.2.0.192.in-addr.arpa';
const store = { written: async () => [] };

const takenWith = async (servers: readonly RosterServer[]) => {
  const input = inputOf(servers, { registration }, labZones);
  const { zones } = compose(input);
  const known = { definitions: definitionsOf(input), roster: input.roster, zones };
  return (await absentServers(absenceAllows([ptr]), known, store)).servers;
};

describe('--allow absence of one value', () => {
  it('takes the absent server that it is of', async () => {
    expect(await takenWith([missing(old)])).toEqual([{ inventory: 'lab', name: 'old' }]);
  });

  it('takes it too where another server has its address and is refused its own name, so that the PTR stays', async () => {
    const named = remembered(server('web2', ['192.0.2.2']));
    const homonym = newcomer({ ...server('web2', ['192.0.2.1']), inventory: 'netbox' });
    const present: RosterServer = { ...named, standing: 'present', complete: true };
    expect(await takenWith([missing(old), present, homonym])).toEqual([{ inventory: 'lab', name: 'old' }]);
  });

  it('takes nobody who is there', async () => {
    expect(await takenWith([newcomer(old)])).toEqual([]);
  });
});
