import type {
  JournalEntry,
  LastSync,
  OrphanedValue,
  PassRecord,
  UnprovenChange,
  WrittenValue,
} from '../../src/model/ports.ts';
import type { KnownInventory, KnownServer } from '../../src/model/server.ts';

export const zone = { name: 'lab.test.', view: null };
export const inside = { name: 'lab.test.', view: 'internal' };

export const lastSync: LastSync = {
  fingerprint: '1',
  mark: 'm',
  desired: 'd',
  readAt: 5,
  unmanaged: [{ name: 'x.lab.test.', type: 'A', kind: 'foreign', why: 'foreign' }],
};

export const serverOf = (i: number): KnownServer => ({
  server: {
    name: `web${i}`,
    inventory: 'lab',
    ips: [`10.0.${i >> 8}.${i & 255}`, `2001:db8::${i.toString(16)}`],
    labels: ['mail', 'web'],
    state: 'active',
    attributes: { rack: 'r"1', height: 2, virtual: false },
  },
  since: 1_700_000_000_000 + i,
  missing: i % 2 === 0 ? null : { since: 1_700_000_000_500, snapshots: 2 },
});

export const inventoryOf = (count: number): KnownInventory => ({
  etag: '"v1"',
  takenAt: 10,
  countedAt: 20,
  servers: Array.from({ length: count }, (_, i) => serverOf(i)),
  shrunk: { since: 3, snapshots: 1 },
});

export const writtenOf = (i: number): WrittenValue => ({
  name: `web${i}.lab.test.`,
  type: 'A',
  rdata: `10.0.${i >> 8}.${i & 255}`,
  sources: [`lab/web${i}`, 'git'],
});

export const orphanOf = (i: number): OrphanedValue => ({
  name: `old${i}.lab.test.`,
  type: 'A',
  rdata: '192.0.2.1',
  missing: { since: 7, snapshots: i },
});

export const unprovenOf = (i: number): UnprovenChange => ({
  name: `new${i}.lab.test.`,
  type: 'TXT',
  after: i % 2 === 0 ? null : { ttl: i, values: ['"a b"', '"c"'] },
  isAtTarget: i > 1,
});

export const entryOf = (i: number): JournalEntry => ({
  id: `set-${i}`,
  inventory: 'lab',
  server: `web${i}`,
  at: 100 + i,
  stuck: null,
  members: [
    {
      zone,
      target: 'pdns',
      change: {
        action: 'replace',
        name: `web${i}.lab.test.`,
        type: 'A',
        before: { ttl: 300, values: [{ rdata: '192.0.2.1', origins: [] }], health_check: null },
        after: {
          ttl: 60,
          values: [
            {
              rdata: '192.0.2.2',
              origins: [
                { kind: 'zone_file', file: 'zones/lab.test.yaml', line: 3, column: 1 },
                {
                  kind: 'claim',
                  inventory: 'lab',
                  server: `web${i}`,
                  label: 'mail',
                  file: 'labels.yaml',
                  line: 7,
                  column: 9,
                },
              ],
            },
          ],
          health_check: {
            port: null,
            urls: { '192.0.2.2': 'https://192.0.2.2/healthz' },
            interval: 5000,
            timeout: null,
            string_match: null,
            when_all_down: { backup: ['192.0.2.9'] },
          },
        },
      },
    },
    { zone: inside, target: 'aws', change: { action: 'delete', name: 'a.', type: 'PTR', before: null, after: null } },
  ],
});

export const passOf = (i: number): PassRecord => ({
  started: i,
  ended: i + 1,
  commit: i % 2 === 0 ? null : 'abc',
  digest: `sha256:${i}`,
  outcome: 'done',
  changes: i,
  problems: 0,
});

/** What version 6 of the state added. */
export const daemonTables = [
  'daemon_passes',
  'pass_details',
  'commits',
  'suspensions',
  'hook_words',
  'health_verdicts',
  'verified',
  'recent_changes',
  'reverted_drift',
];
