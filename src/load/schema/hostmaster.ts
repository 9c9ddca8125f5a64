import Type, { type Static } from 'typebox';
import { closed, countKey, duration, flag, percent, seconds, textKey, textsKey } from './common.ts';
import { daemonSchema } from './daemon.ts';
import { gitSchema } from './git.ts';
import { grantSchema, grantsSchema, registrationSchema } from './grants.ts';
import { inventoryEntrySchema } from './inventory.ts';
import { claimSchema, recordSchema } from './labels.ts';
import { windowSchema, windowsSchema } from './windows.ts';

// Also what scripts/validators.ts compiles into the built command: each export whose name ends in Schema.
export { claimSchema, grantSchema, inventoryEntrySchema, recordSchema, registrationSchema, windowSchema };

export const stateSchema = Type.Union(
  [
    textKey('A file, relative to hostmaster.yaml.'),
    closed({ env: textKey('The variable that holds a PostgreSQL URL.') }, 'A database. Not in this version yet.'),
  ],
  {
    description:
      'The file in which Hostmaster remembers what it wrote and which servers it has seen. `{env: NAME}`, for a database, is not in this version yet.',
    default: '.hostmaster/state.sqlite',
    examples: ['/var/lib/hostmaster/state.sqlite'],
  },
);

export const stopWithinSchema = duration(
  'How long a command may take to end after a signal: it waits for what it has sent, and reads it back.',
  { default: '60s', examples: ['20s'] },
);

/** What every target has; the rest of its keys are its provider's. */
export const targetSchema = Type.Object(
  {
    provider: textKey(
      'powerdns, rfc2136, route53 or embedded; or the name of a package, or the path of a file: ./my-provider.js.',
      {
        examples: ['powerdns'],
      },
    ),
    verify_at: Type.Optional(
      Type.Array(textKey('An address and a port: 192.0.2.1:53 or [2001:db8::1]:53.'), {
        minItems: 1,
        description:
          "The name servers that verify asks. Default is those that the target knows itself, else the zone's apex NS.",
        examples: [['192.0.2.1:53', '[2001:db8::1]:53']],
      }),
    ),
    verify_wait: Type.Optional(
      duration('How long a name server may lag behind what was written.', { default: '30s', examples: ['2m'] }),
    ),
  },
  { description: 'A configured provider. The other keys are those of its provider.' },
);

const ignoreSchema = closed(
  {
    name: Type.String({
      description: "A glob against the name relative to the zone: * is one name part, ** none or more; '' is the apex.",
      examples: ['_acme-challenge.**'],
    }),
    types: Type.Optional(textsKey('Only RRsets of these types. Without it all types.', { examples: [['TXT']] })),
    value: Type.Optional(
      Type.String({
        description: 'A glob: an RRset is left alone if one of its values matches. Without it any value will do.',
        examples: ['10.*'],
      }),
    ),
  },
  'RRsets that are left alone.',
);

const createSchema = Type.Union(
  [
    Type.Boolean({ description: 'true: make the zone where it is missing, with the defaults.' }),
    closed(
      {
        kind: Type.Optional(
          textKey("PowerDNS's kind of zone; others ignore it.", { default: 'Native', examples: ['Master'] }),
        ),
        ns: Type.Optional(
          textsKey("The name servers of the new zone. Default is the apex NS of the zone's file.", {
            examples: [['ns1.example.com.', 'ns2.example.com.']],
          }),
        ),
        soa_edit_api: Type.Optional(
          textKey("PowerDNS's SOA-EDIT-API; others ignore it.", { default: 'INCREASE', examples: ['DEFAULT'] }),
        ),
      },
      'Make the zone where it is missing, like this.',
    ),
  ],
  {
    description: 'Make the zone where the target lacks it. Without it a missing zone is an error.',
    default: false,
    examples: [{ ns: ['ns1.example.com.', 'ns2.example.com.'] }],
  },
);

const exemptSchema = closed(
  {
    rule: textKey('The id of the rule, as docs/rules.md and messages have it.', { examples: ['ttl-high'] }),
    name: Type.String({
      description: 'A glob against the name relative to the zone, as in ignore.',
      examples: ['static.**'],
    }),
    reason: textKey('Why it is right here, for whoever reads this next.', { examples: ['its addresses never move'] }),
  },
  'A rule that does not count at some names.',
);

export const guardsSchema = closed(
  {
    max_delete_percent: Type.Optional(
      percent('Deletes are withheld if more than this part of the zone would go.', { default: 30, examples: [10] }),
    ),
    max_replace_percent: Type.Optional(
      percent('Replaces are withheld if more than this part of the zone would change.', {
        default: 30,
        examples: [50],
      }),
    ),
    min_existing: Type.Optional(
      countKey('In a zone with fewer RRsets than this the two percentages do not count.', {
        default: 10,
        examples: [20],
      }),
    ),
    window: Type.Optional(
      duration(
        'Over how long the two percentages count: what would be too much at once is too much in slices, too. At most 24h; 0s: each apply counts alone.',
        { default: '10m', examples: ['1h'] },
      ),
    ),
    never_empty: Type.Optional(
      flag('Deletes are withheld that would leave nothing: of a zone, of a shared name, of a server.', true),
    ),
    delegation: Type.Optional(
      flag('A change of NS or DS is withheld until it is allowed by name and the new name servers answer.', true),
    ),
    absence: Type.Optional(
      closed(
        {
          snapshots: Type.Optional(
            Type.Integer({
              minimum: 1,
              description: 'From how many complete answers it must be missing.',
              default: 3,
              examples: [5],
            }),
          ),
          grace: Type.Optional(
            duration('How long it must be missing, at least.', { default: '10m', examples: ['1h'] }),
          ),
        },
        'When a server that is missing from the inventory is gone.',
        { examples: [{ snapshots: 5, grace: '1h' }] },
      ),
    ),
    max_shrink: Type.Optional(
      closed(
        {
          percent: Type.Optional(
            percent('An answer is not believed that lost more than this part of the servers.', {
              default: 30,
              examples: [50],
            }),
          ),
          min_servers: Type.Optional(
            countKey('With fewer servers only an answer that lost all of them counts.', { default: 10, examples: [4] }),
          ),
        },
        'When an answer of an inventory is too small to be believed. Only at the top, not in a zone.',
        { examples: [{ percent: 50 }] },
      ),
    ),
  },
  'Limits that hold changes back until somebody allows them.',
  { examples: [{ max_delete_percent: 10 }] },
);

export const zoneSchema = closed(
  {
    targets: Type.Array(textKey("A target's name."), {
      minItems: 1,
      description: 'The targets that hold the zone.',
      examples: [['pdns']],
    }),
    static: Type.Optional(
      textKey('Its file or folder; none: it has no file. Default is the one in zones/ that has its name.', {
        examples: ['zones/example.com.yaml'],
      }),
    ),
    ttl: Type.Optional(seconds('The TTL of RRsets that name none, in seconds.', { default: 3600, examples: [300] })),
    owns: Type.Optional(
      Type.Union([Type.Literal('all'), Type.Literal('listed')], {
        description: 'all: what nobody asks for is deleted; listed: only what Hostmaster wrote is.',
        default: 'all',
        examples: ['listed'],
      }),
    ),
    ignore: Type.Optional(
      Type.Array(ignoreSchema, {
        description: 'RRsets that are neither written nor deleted.',
        examples: [[{ name: '_acme-challenge.**', types: ['TXT'] }]],
      }),
    ),
    create: Type.Optional(createSchema),
    public: Type.Optional(flag('Private and special addresses in it are problems.', false)),
    allow_lua: Type.Optional(flag('The zone file may have LUA, which is code that PowerDNS runs.', false)),
    covers: Type.Optional(
      textKey('The addresses of a classless reverse zone (RFC 2317).', { examples: ['192.0.2.0/25'] }),
    ),
    exempt: Type.Optional(
      Type.Array(exemptSchema, {
        description: 'Rules that do not count at some names.',
        examples: [[{ rule: 'ttl-high', name: 'static.**', reason: 'its addresses never move' }]],
      }),
    ),
    guards: Type.Optional(guardsSchema),
    drift: Type.Optional(
      Type.Enum(['correct', 'alert'], {
        description:
          'What the daemon does where somebody else changed what it has verified. correct: it puts it back; alert: it says so, and leaves it.',
        default: 'correct',
        examples: ['alert'],
      }),
    ),
  },
  'One zone.',
);

/** The keys of hostmaster.yaml. */
export const topSchemas = {
  state: stateSchema,
  stop_within: stopWithinSchema,
  targets: Type.Record(Type.String(), targetSchema),
  zones: Type.Record(Type.String(), zoneSchema, {
    description: 'Zones by name; "*" stands for every other zone that has a file.',
    examples: [{ 'example.com': { targets: ['pdns'] } }],
  }),
  inventory: Type.Record(Type.String(), inventoryEntrySchema),
  registration: registrationSchema,
  grants: grantsSchema,
  guards: guardsSchema,
  windows: windowsSchema,
  git: gitSchema,
  daemon: daemonSchema,
} as const;

export type TargetEntry = Static<typeof targetSchema>;
export type ZoneEntry = Static<typeof zoneSchema>;
export type GuardsEntry = Static<typeof guardsSchema>;
