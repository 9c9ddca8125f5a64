import Type, { type Static } from 'typebox';
import { closed, count, duration, percent, seconds, text, texts } from './common.ts';
import { grantSchema, grantsSchema, registrationSchema } from './grants.ts';
import { inventoryEntrySchema } from './inventory.ts';
import { claimSchema, recordSchema } from './labels.ts';

// Also what scripts/validators.ts compiles into the built command: each export whose name ends in Schema.
export { claimSchema, grantSchema, inventoryEntrySchema, recordSchema, registrationSchema };

export const stateSchema = Type.Union(
  [
    text('A file, relative to hostmaster.yaml.'),
    closed({ env: text('The variable that holds a PostgreSQL URL.') }, ''),
  ],
  { description: 'Where Hostmaster remembers. Default is .hostmaster/state.sqlite.' },
);

/** What every target has; the rest of its keys are its provider's. */
export const targetSchema = Type.Object(
  {
    provider: text('powerdns, embedded, rfc2136, …; the name of a package, or the path of a file.'),
    verify_at: Type.Optional(
      Type.Array(text('An address and a port: 192.0.2.1:53 or [2001:db8::1]:53.'), {
        minItems: 1,
        description: "The name servers that verify asks. Default is the zone's apex NS.",
      }),
    ),
    verify_wait: Type.Optional(duration('How long a name server may lag. Default is 30s.')),
  },
  { description: 'A configured provider. The other keys are those of its provider.' },
);

const ignoreSchema = closed(
  {
    name: Type.String({ description: "A glob against the name relative to the zone; '' is the apex." }),
    types: Type.Optional(texts('Only these types.')),
    value: Type.Optional(Type.String({ description: 'A glob against each value in canonical text.' })),
  },
  'RRsets that are left alone.',
);

const createSchema = Type.Union(
  [
    Type.Boolean({ description: 'true: make the zone where it is missing, with the defaults.' }),
    closed(
      {
        kind: Type.Optional(text("PowerDNS's kind. Default is Native.")),
        ns: Type.Optional(texts('The name servers of the new zone.')),
        soa_edit_api: Type.Optional(text("PowerDNS's SOA-EDIT-API. Default is INCREASE.")),
      },
      'Make the zone where it is missing, like this.',
    ),
  ],
  { description: 'Make the zone where it is missing. Default is false: a missing zone is an error.' },
);

const exemptSchema = closed(
  {
    rule: text("A rule's id."),
    name: Type.String({ description: 'A glob against the name relative to the zone.' }),
    reason: text('Why this is right here.'),
  },
  'A rule that does not count at some names.',
);

export const guardsSchema = closed(
  {
    max_delete_percent: Type.Optional(percent('Default is 30.')),
    max_replace_percent: Type.Optional(percent('Default is 30.')),
    min_existing: Type.Optional(count('Below it the two percentages do not count. Default is 10.')),
    never_empty: Type.Optional(Type.Boolean({ description: 'Default is true.' })),
    delegation: Type.Optional(Type.Boolean({ description: 'Default is true.' })),
    absence: Type.Optional(
      closed(
        {
          snapshots: Type.Optional(Type.Integer({ minimum: 1, description: 'Default is 3.' })),
          grace: Type.Optional(duration('Default is 10m.')),
        },
        'When a server that is missing from the inventory is gone.',
      ),
    ),
    max_shrink: Type.Optional(
      closed(
        { percent: Type.Optional(percent('Default is 30.')), min_servers: Type.Optional(count('Default is 10.')) },
        'When a snapshot of the inventory is too small to be believed.',
      ),
    ),
  },
  'Safety limits.',
);

export const zoneSchema = closed(
  {
    targets: Type.Array(text("A target's name."), { minItems: 1, description: 'Where the zone is kept.' }),
    static: Type.Optional(text('Its file or folder; none: it has no file. Default: found in zones/ by its name.')),
    ttl: Type.Optional(seconds('For RRsets that name none. Default is 3600.')),
    owns: Type.Optional(Type.Union([Type.Literal('all'), Type.Literal('listed')], { description: 'Default is all.' })),
    ignore: Type.Optional(Type.Array(ignoreSchema)),
    create: Type.Optional(createSchema),
    public: Type.Optional(
      Type.Boolean({ description: 'Private and special addresses are problems. Default is false.' }),
    ),
    allow_lua: Type.Optional(Type.Boolean({ description: 'LUA in the zone file. Default is false.' })),
    covers: Type.Optional(text('The addresses of a classless reverse zone (RFC 2317): 192.0.2.0/25.')),
    exempt: Type.Optional(Type.Array(exemptSchema)),
    guards: Type.Optional(guardsSchema),
  },
  'One zone.',
);

/** The keys of hostmaster.yaml. */
export const topSchemas = {
  state: stateSchema,
  targets: Type.Record(Type.String(), targetSchema),
  zones: Type.Record(Type.String(), zoneSchema, {
    description: 'Zones by name; "*" is every other one in its folder.',
  }),
  inventory: Type.Record(Type.String(), inventoryEntrySchema),
  registration: registrationSchema,
  grants: grantsSchema,
  guards: guardsSchema,
} as const;

export type TargetEntry = Static<typeof targetSchema>;
export type ZoneEntry = Static<typeof zoneSchema>;
export type GuardsEntry = Static<typeof guardsSchema>;
