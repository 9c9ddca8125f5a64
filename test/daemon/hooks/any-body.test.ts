import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseGitHook } from '../../../src/daemon/hooks/git.ts';
import { parseInventoryHook } from '../../../src/daemon/hooks/inventory.ts';
import { parseNetboxHook } from '../../../src/daemon/hooks/netbox.ts';
import { gitSignature, hubSignature, netboxSignature } from '../../../src/daemon/hooks/signatures.ts';

const key = fc.constantFrom(
  ...[
    'at',
    'servers',
    'name',
    'ips',
    'ip',
    'labels',
    'state',
    '__proto__',
    'constructor',
    'ref',
    'event',
    'model',
    'data',
  ],
  ...['snapshots', 'prechange', 'postchange', 'id', 'device', 'assigned_object_id'],
);
const leaf = fc.oneof(
  fc.constantFrom(
    '2026-11-30T08:20:00Z',
    'updated',
    'created',
    'device',
    'ipaddress',
    'interface',
    'web1',
    '192.0.2.1',
  ),
  fc.constantFrom('decommissioned', 'refs/heads/main', null, true, -1, 17, 1e308, '\u0000', '\ud800'),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map((entries) => {
      // JSON has own keys of any name.
      const text = entries.map(([name, each]) => `${JSON.stringify(name)}:${JSON.stringify(each)}`).join(',');
      return JSON.parse(`{${text}}`);
    }),
  ),
}));
const body = fc.oneof(
  value.map((each) => Buffer.from(JSON.stringify(each))),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);

it('whatever a body is, it is read or refused, and no server is believed that is not whole', () => {
  fc.assert(
    fc.property(body, (bytes) => {
      const now = Date.parse('2026-11-30T08:20:00Z');
      const parsed = parseInventoryHook('lab', bytes, now);
      if (parsed.kind === 'hook' && parsed.hook.kind === 'servers') {
        const names = parsed.hook.servers.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        expect(
          parsed.hook.servers.every(({ inventory, state }) => inventory === 'lab' && state !== 'decommissioned'),
        ).toBe(true);
      }
      expect(['hook', 'refused']).toContain(parseNetboxHook(bytes).kind);
      expect(['fetch', 'ignored', 'invalid']).toContain(
        parseGitHook({ body: bytes, headers: {} }, 'refs/heads/main').kind,
      );
    }),
    { numRuns: 2000 },
  );
});

it('no made-up signature is right', () => {
  const header = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.array(fc.string(), { maxLength: 2 }));
  const headers = fc.record({
    'x-hub-signature-256': fc.oneof(header, fc.constant(`sha256=${'0'.repeat(64)}`)),
    'x-gitea-signature': fc.oneof(header, fc.constant('0'.repeat(64))),
    'x-gitlab-token': header,
    'x-hook-signature': fc.oneof(header, fc.constant('0'.repeat(128))),
    'webhook-id': header,
    'webhook-timestamp': fc.oneof(header, fc.constant('0')),
    'webhook-signature': fc.oneof(header, fc.constant(`v1,${Buffer.alloc(32).toString('base64')}`)),
  });
  fc.assert(
    fc.property(headers, body, (given, bytes) => {
      const request = { headers: given, body: bytes };
      const secret = 'a secret that nobody guesses';
      expect(gitSignature(request, secret, 0)).not.toBe('valid');
      expect(hubSignature(request, secret)).not.toBe('valid');
      expect(netboxSignature(request, secret)).not.toBe('valid');
    }),
    { numRuns: 1000 },
  );
});
