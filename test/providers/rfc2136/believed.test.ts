import { describe, expect, it } from 'vitest';
import { type Bind, dig, freePort, startBind } from '../../servers/index.ts';
import {
  creating,
  deleting,
  key,
  openProvider,
  readAll,
  replacing,
  shown,
  statements,
  write,
  zone,
  zoneText,
} from './harness.ts';

// What was read is believed by the zone's serial: where that says too little, nothing of another's is overwritten.

const www = 'www.a.test.';
const changes = [replacing(www, 'A', ['192.0.2.1'], ['192.0.2.2'])];
const text = (address: string): string => zoneText(zone.name, `www A ${address}\n`);

const bindWith = (address: string, port?: number): Promise<Bind> =>
  startBind({
    keys: [key],
    zones: [{ name: zone.name, text: text(address), statements }],
    ...(port === undefined ? {} : { port }),
  });

const served = async ({ dns }: Bind): Promise<readonly string[]> =>
  (await dig(dns, www, 'A')).answers.map(({ rdata }) => rdata);

describe('another content under the same serial', () => {
  it('is not overwritten, where the zone file was changed without it', async () => {
    const port = await freePort();
    const before = await bindWith('192.0.2.1', port);
    const provider = await openProvider(before.dns);
    const { fingerprint } = await readAll(provider);
    await before.stop();
    const after = await bindWith('192.0.2.77', port);
    try {
      await expect(provider.apply({ zone, changes, expect: fingerprint })).rejects.toMatchObject({
        code: 'STALE_PLAN',
        message: expect.stringContaining(www),
      });
      expect(await served(after)).toEqual(['192.0.2.77']);
    } finally {
      await after.stop();
    }
  });

  it('is read and not overwritten at another primary', async () => {
    const [first, second] = await Promise.all([bindWith('192.0.2.1'), bindWith('192.0.2.77')]);
    try {
      const provider = await openProvider(first.dns, { config: { primaries: [`127.0.0.1:${second.dns.port}`] } });
      const { fingerprint } = await readAll(provider);
      await first.stop();
      expect(shown(await readAll(provider))).toContain(`${www} A 60 192.0.2.77`);
      await expect(provider.apply({ zone, changes, expect: fingerprint })).rejects.toMatchObject({
        code: 'STALE_PLAN',
      });
      expect(await served(second)).toEqual(['192.0.2.77']);
    } finally {
      await second.stop();
    }
  });
});

describe('a name server that compares octets (BIND)', () => {
  it.each([
    ['a value', 'www CNAME Other.A.Test.\n', zoneText(zone.name)],
    ['the SOA', 'www CNAME other.a.test.\n', zoneText(zone.name).replace('SOA ns1 ', 'SOA NS1 ')],
    ['neither', 'www CNAME other.a.test.\n', zoneText(zone.name)],
  ])('takes a write where capitals are in %s', async (_, extra, rest) => {
    const bind = await startBind({ keys: [key], zones: [{ name: zone.name, text: rest + extra, statements }] });
    try {
      const provider = await openProvider(bind.dns);
      const { fingerprint } = await readAll(provider);
      const change = replacing(www, 'CNAME', ['other.a.test.'], ['new.a.test.']);
      expect(await provider.apply({ zone, changes: [change], expect: fingerprint })).toMatchObject({
        status: 'applied',
        raced: false,
      });
      expect(shown(await readAll(provider))).toContain(`${www} CNAME 60 new.a.test.`);
    } finally {
      await bind.stop();
    }
  });
});

describe('a zone that is signed after its update (inline-signing)', () => {
  it('keeps a name whose type is swapped where somebody else has written beside it', async () => {
    const own = `${statements} dnssec-policy default; inline-signing yes;`;
    const zones = [{ name: zone.name, text: text('192.0.2.1'), statements: own }];
    const bind = await startBind({ keys: [key], zones });
    try {
      const [provider, another] = await Promise.all([openProvider(bind.dns), openProvider(bind.dns)]);
      const types = async () => (await readAll(provider)).rrsets.map(({ type }) => type);
      await expect.poll(types).toContain('RRSIG');
      await write(provider, creating('ours.a.test.', 'A', ['192.0.2.3']));
      const { fingerprint } = await readAll(provider);
      await write(another, creating(www, 'TXT', ['"theirs"']));
      const swap = [deleting(www, 'A', ['192.0.2.1']), creating(www, 'CNAME', ['ours.a.test.'])];
      const swapped = provider.apply({ zone, changes: swap, expect: fingerprint });
      expect(await swapped).toMatchObject({
        status: 'refused',
        refused: [{ name: www, type: 'CNAME', message: expect.stringContaining('beside the TXT') }],
      });
      expect(await served(bind)).toEqual(['192.0.2.1']);
      const alone = [deleting('ours.a.test.', 'A', ['192.0.2.3']), creating('ours.a.test.', 'CNAME', [www])];
      expect(await write(provider, ...alone)).toMatchObject({ status: 'applied', raced: false });
    } finally {
      await bind.stop();
    }
  });
});
