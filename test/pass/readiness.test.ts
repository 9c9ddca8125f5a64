import { describe, expect, it } from 'vitest';
import type { Answer, Asker } from '../../src/model/ports.ts';
import type { DesiredZone } from '../../src/model/zone.ts';
import { unanswerableTypes } from '../../src/pass/readiness.ts';
import type { NameServerSoftware } from '../../src/provider.ts';
import type { OpenTarget } from '../../src/target.ts';
import { rrset, settings } from '../plan/plan-input.ts';

const answering = (words: string): Answer => ({
  status: 'answered',
  rcode: 'NOERROR',
  authoritative: false,
  transport: 'udp',
  answers: [{ name: 'version.bind.', type: 'TXT', ttl: 0, rdata: `"${words}"` }],
  authority: [],
  additional: [],
});

/** What each name server says of itself; null: nothing. */
const ask =
  (said: Readonly<Record<string, string | null>>): Asker =>
  async ({ label }) => {
    const words = said[label] ?? null;
    return words === null ? { status: 'no_answer', reason: 'timed out' } : answering(words);
  };

const powerdns = { name: 'PowerDNS', version_bind: 'powerdns' };

const at = (labels: readonly string[], software: NameServerSoftware | null = powerdns): OpenTarget =>
  ({
    definition: { verify_at: labels.map((label) => ({ label, address: '192.0.2.1', port: 53 })) },
    provider: {
      supports: { synthesised: ['LUA'], ...(software === null ? {} : { synthesised_by: software }), verify: 'dns' },
    },
    serving: null,
  }) as unknown as OpenTarget;

const lua = rrset('x LUA 60 A ";return {}"');
const wanted: DesiredZone = {
  id: { name: 'example.com.', view: null },
  settings,
  rrsets: [lua],
  quarantined: [],
  complete: true,
  files: [],
};
const snapshot = (rrsets: readonly (typeof lua)[]) =>
  ({ status: 'read', zone: wanted.id, fingerprint: null, rrsets, unreadable: [] }) as const;

describe('a type that only some name servers answer', () => {
  it('is refused where one of them is of another make, whatever exists', async () => {
    const said = ask({ a: 'PowerDNS Authoritative Server 4.7.3', b: '9.18.33-Debian' });
    const refused = await unanswerableTypes(wanted, at(['a', 'b']), said, snapshot([lua]));
    expect(refused.get('LUA')).toContain('b does not say that it is PowerDNS');
  });

  it('is answered by the software that the provider names, and by none where it names none', async () => {
    const said = ask({ a: 'Other 1.0' });
    const other = { name: 'Other', version_bind: '^"other ' };
    expect(await unanswerableTypes(wanted, at(['a'], other), said, snapshot([]))).toEqual(new Map());
    const refused = await unanswerableTypes(wanted, at(['a'], null), said, snapshot([]));
    expect(refused.get('LUA')).toContain('no name server is known to answer it');
  });

  it('waits for a silent one where it is new, and stays where it is there', async () => {
    const said = ask({ a: 'PowerDNS Authoritative Server 4.7.3', b: null });
    const servers = at(['a', 'b']);
    expect((await unanswerableTypes(wanted, servers, said, snapshot([]))).get('LUA')).toContain('b gave no answer');
    expect((await unanswerableTypes(wanted, servers, said, null)).get('LUA')).toContain('b gave no answer');
    expect(await unanswerableTypes(wanted, servers, said, snapshot([lua]))).toEqual(new Map());
    expect(await unanswerableTypes(wanted, servers, said)).toEqual(new Map());
  });
});
