import { describe, expect, it } from 'vitest';
import type { OpenTarget } from '../../src/target.ts';
import { nameServersOf } from '../../src/verify/nameservers.ts';
import { rrset } from '../plan/plan-input.ts';

const zone = { name: 'example.com.', view: null };
const ns = rrset('example.com. NS 300 ns1.example.com.');
const rrsets = [
  ns,
  rrset('ns1.example.com. A 300 192.0.2.1'),
  rrset('given.example.com. A 300 192.0.2.2'),
  rrset('given.example.com. AAAA 300 2001:db8::2'),
];
const apex = { label: 'ns1.example.com. (192.0.2.1)', address: '192.0.2.1', port: 53 };

const at = (provider: object, definition: object = { verify_at: null }): OpenTarget =>
  ({ definition, provider: { supports: { verify: 'dns' }, ...provider }, serving: null }) as unknown as OpenTarget;

describe('the name servers of a zone at a target', () => {
  it("are those of the zone's apex", async () => {
    expect(await nameServersOf(zone, at({}), rrsets)).toEqual({ nameservers: [apex], unknown: [] });
  });

  it('are those that the target gave the zone, where it gave it some', async () => {
    const target = at({ delegation: async () => ['given.example.com.', 'lost.invalid.'] });
    const { nameservers, unknown } = await nameServersOf(zone, target, rrsets);
    expect(nameservers.map(({ address }) => address)).toEqual(['192.0.2.2', '2001:db8::2']);
    expect(unknown).toEqual(['lost.invalid.']);
  });

  it('are those of the apex where the target cannot say', async () => {
    const target = at({ delegation: async () => Promise.reject(new Error('not now')) });
    expect(await nameServersOf(zone, target, rrsets)).toEqual({ nameservers: [apex], unknown: [] });
  });

  it('are none where the target says so, or is never asked by DNS', async () => {
    const none = { nameservers: [], unknown: [], unreachable: true };
    expect(await nameServersOf(zone, at({ delegation: async () => null }), rrsets)).toEqual(none);
    expect(await nameServersOf(zone, at({ supports: { verify: 'api' } }), rrsets)).toEqual(none);
  });

  it('are those of verify_at, whatever the target says', async () => {
    const own = [{ label: 'x', address: '192.0.2.9', port: 53 }];
    const target = at({ delegation: async () => null }, { verify_at: own });
    expect(await nameServersOf(zone, target, rrsets)).toEqual({ nameservers: own, unknown: [] });
  });
});
