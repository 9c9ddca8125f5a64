import { eventFeed, type OpenFeed } from '../../../src/daemon/event-feed.ts';
import type {
  DaemonPass,
  DaemonStatus,
  Front,
  HookAnswer,
  InventoryHook,
  ListPage,
  PassSummary,
  ResumeRequest,
  SuspendRequest,
  SyncRequest,
  ZoneDetail,
  ZoneStatus,
} from '../../../src/daemon/front.ts';
import type { Clock } from '../../../src/model/ports.ts';

/** What was asked of the front, in order. */
export type Asked =
  | { readonly kind: 'page'; readonly of: string; readonly page: ListPage }
  | { readonly kind: 'explain'; readonly name: string; readonly type: string | null }
  | { readonly kind: 'sync'; readonly request: SyncRequest; readonly by: string }
  | { readonly kind: 'suspend'; readonly request: SuspendRequest; readonly by: string }
  | { readonly kind: 'resume'; readonly request: ResumeRequest; readonly by: string }
  | { readonly kind: 'git' }
  | {
      readonly kind: 'inventory';
      readonly inventory: string;
      readonly hook: InventoryHook;
      readonly waitMs: number | null;
    };

/** The port, with one zone and one pass: the daemon itself is tested end to end. Its knobs can be turned by a test. */
export interface RecordingFront extends Front {
  readonly asked: Asked[];
  readonly publish: OpenFeed['tell'];
  knobs: {
    stopping: boolean;
    ready: boolean;
    failure: Error | null;
    hook: (hook: InventoryHook, waitMs: number | null) => Promise<HookAnswer>;
  };
}

const summary: PassSummary = {
  id: '17',
  cause: 'hook',
  by: null,
  started: '2026-11-30T08:20:00.000Z',
  ended: '2026-11-30T08:20:01.000Z',
  commit: 'a'.repeat(40),
  outcome: 'done',
  counts: { create: 1, replace: 0, delete: 0, withheld: 0, applied: 1, problems: 0, differences: 0 },
  repeated: 0,
};

const pass: DaemonPass = {
  ...summary,
  plan: {
    version: 2,
    digest: 'sha256:0',
    config_commit: null,
    dirty: false,
    inventory: { lab: { servers: 1, complete: true, message: null, allow: null } },
    targets: [{ name: 'pdns', status: 'ok', code: null, message: null }],
    changesets: [],
    atomic_sets: [],
    problems: [],
    summary: { create: 1, replace: 0, delete: 0, withheld: 0 },
  },
  results: [
    {
      ...{ zone: 'example.com.', view: null, target: 'pdns', status: 'applied', error: null, code: null },
      ...{ changes: [], fingerprint: 'f' },
    },
  ],
  verify: { checked: 1, differences: [] },
};

const zone: ZoneStatus = {
  zone: 'example.com.',
  view: null,
  state: 'converged',
  targets: [
    {
      ...{ target: 'pdns', state: 'converged', changes: 0, withheld: 0, code: null, message: null },
      converged: summary.started,
    },
  ],
};

const detail: ZoneDetail = {
  ...zone,
  withheld: [],
  rrsets: {
    items: [
      {
        name: 'www.example.com.',
        type: 'A',
        ttl: 300,
        values: [
          { rdata: '192.0.2.1', origins: [{ kind: 'zone_file', file: 'zones/example.com.yaml', line: 1, column: 1 }] },
        ],
        health_check: null,
      },
    ],
    next: null,
  },
};

const status: DaemonStatus = {
  state: 'converged',
  version: '0.1.0',
  started: summary.started,
  git: { in_force: summary.commit, seen: summary.commit, held_because: null, error: null, problems: [] },
  zones: { converged: 1, waiting: 0, drifted: 0, refused: 0, failed: 0, suspended: 0 },
  targets: [{ name: 'pdns', status: 'ok', code: null, message: null, next_try: null }],
  inventory: { lab: { servers: 1, complete: true, age_seconds: 3.5, message: null } },
  last_pass: summary,
  hooks: { waiting: 0 },
  suspended: null,
};

export const recordingFront = (clock: Clock): RecordingFront => {
  const asked: Asked[] = [];
  const events = eventFeed(clock.now);
  const knobs: RecordingFront['knobs'] = {
    stopping: false,
    ready: true,
    failure: null,
    hook: async (hook, waitMs) => {
      const servers = hook.kind === 'servers' ? hook.servers : [];
      return {
        kind: 'accepted',
        accepted: servers.length,
        servers: waitMs === null ? null : servers.map(({ name }) => ({ name, status: 'verified', message: null })),
      };
    },
  };
  const noted = <T>(what: Asked, answer: T): T => {
    asked.push(what);
    if (knobs.failure !== null) throw knobs.failure;
    return answer;
  };
  const listed = <T>(of: string, page: ListPage, items: readonly T[]) =>
    noted({ kind: 'page', of, page }, { items, next: null });
  return {
    asked,
    knobs,
    publish: events.tell,
    events,
    status: async () => {
      if (knobs.failure !== null) throw knobs.failure;
      return status;
    },
    isReady: () => ({ ready: knobs.ready, why: knobs.ready ? null : 'no pass has ended yet' }),
    isStopping: () => knobs.stopping,
    zones: async (page) => listed('zones', page, [zone]),
    zone: async (name, page) => {
      noted({ kind: 'page', of: `zone ${name}`, page }, null);
      return ['example.com', 'example.com.', '0/25.2.0.192.in-addr.arpa.'].includes(name) ? detail : null;
    },
    passes: async (page) => listed('passes', page, [summary]),
    pass: async (id) => (id === pass.id ? pass : null),
    servers: async (page) =>
      listed('servers', page, [
        {
          ...{ inventory: 'lab', name: 'web1', ips: ['192.0.2.11'], labels: ['web'], state: 'active' as const },
          ...{ standing: 'present' as const, reason: null, missing: null, hook_at: null },
        },
      ]),
    audit: async (page) => listed('audit', page, [{ hash: 'h' }]),
    explain: async (name, type) => noted({ kind: 'explain', name, type }, { name, type }),
    sync: async (request, by) => noted({ kind: 'sync', request, by }, { pass: '18' }),
    suspend: async (request, by) =>
      noted({ kind: 'suspend', request, by }, { ...request, by, at: '2026-11-30T08:20:00.000Z' }),
    resume: async (request, by) => noted({ kind: 'resume', request, by }, undefined),
    gitHook: () => noted({ kind: 'git' }, undefined),
    inventoryHook: async (inventory, hook, waitMs) =>
      noted({ kind: 'inventory', inventory, hook, waitMs }, knobs.hook(hook, waitMs)),
  };
};
