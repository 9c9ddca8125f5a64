import { describe, expect, it } from 'vitest';
import { compose } from '../../src/compose/index.ts';
import type { Role } from '../../src/model/roles.ts';
import { claim, grant, inputOf, label, newcomer, record, server, zone } from '../compose/compose-input.ts';
import { growsFaster } from './growth.ts';

// 3,000 and 12,000 servers that all want the same: what composing takes grows with their number and no faster.

const zones = [zone('lab.internal.'), zone('10.in-addr.arpa.')];
const names = ['*.lab.internal', 'lab.internal'];
const grants = [grant('label', 'pool', names, { types: ['A', 'AAAA', 'CNAME', 'TXT'] })];
const address = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;

const composing =
  (role: Role, ip: (i: number) => string = address, alias: (i: number) => string = () => 'shared') =>
  (size: number) => {
    const servers = Array.from({ length: size }, (_, i) =>
      newcomer(server(`web${i}`, [ip(i)], { labels: ['pool'], attributes: { alias: alias(i) } })),
    );
    return compose(inputOf(servers, { grants, labels: [role] }, zones));
  };

const shared = 'shared.lab.internal';

describe('servers that all', () => {
  it.each<readonly [string, (size: number) => ReturnType<typeof compose>]>([
    ['have one value of TXT', composing(label('pool', { records: [record(5, shared, 'TXT', { value: 'same' })] }))],
    [
      'have a value of one TXT',
      composing(label('pool', { records: [record(5, shared, 'TXT', { value: '{{server.name}}' })] })),
    ],
    ['claim one name', composing(label('pool', { claims: [claim(5, shared)] }))],
    ['claim one name with one address', composing(label('pool', { claims: [claim(5, shared)] }), () => '10.0.0.1')],
    [
      'would have one alias',
      composing(
        label('pool', {
          records: [record(5, '{{server.alias}}.lab.internal', 'CNAME', { value: '{{server.name}}.example.' })],
        }),
      ),
    ],
    [
      'would have the name of another one',
      composing(label('pool', { claims: [claim(5, '{{server.alias}}.lab.internal')] }), address, (i) => `web${i ^ 1}`),
    ],
    [
      'have a name that is none',
      composing(label('pool', { claims: [claim(5, '{{server.alias}}.lab.internal')] }), address, () => '..'),
    ],
  ])('%s', async (_what, work) => {
    expect(await growsFaster(work, [3_000, 12_000])).toBeNull();
    expect(work(2_000).problems.length).toBeLessThan(20);
  });
});
