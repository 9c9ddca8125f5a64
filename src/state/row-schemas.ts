import Type from 'typebox';
import { unmanagedKinds } from '../model/plan.ts';

// The bodies of the rows, by table. Keys that are not here are a later version's, and are let be. Also what
// scripts/validators.ts compiles into the built command: each export whose name ends in Schema.

const text = Type.String();
const texts = Type.Array(text);
const number = Type.Number();
const orNull = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

const missing = Type.Object({ since: number, snapshots: number, allowed: Type.Optional(Type.Boolean()) });

const server = Type.Object({
  name: text,
  inventory: text,
  ips: texts,
  labels: texts,
  state: Type.Enum(['active', 'maintenance', 'decommissioned']),
  attributes: Type.Record(text, Type.Union([text, number, Type.Boolean()])),
});

export const knownServerSchema = Type.Object({
  server,
  since: number,
  missing: orNull(missing),
  partial: Type.Optional(Type.Boolean()),
  lacking: Type.Optional(missing),
});

/** An inventory without its servers, and how many they are. */
export const inventoryHeadSchema = Type.Object({
  etag: orNull(text),
  takenAt: number,
  countedAt: number,
  shrunk: orNull(missing),
  count: number,
  source: Type.Optional(text),
});

export const writtenValuesSchema = Type.Array(
  Type.Object({ rdata: text, sources: texts, claims: Type.Optional(texts) }),
);

export const orphanedValuesSchema = Type.Array(Type.Object({ name: text, type: text, rdata: text, missing }));

export const unprovenChangesSchema = Type.Array(
  Type.Object({
    name: text,
    type: text,
    after: orNull(Type.Object({ ttl: number, values: texts })),
    isAtTarget: Type.Boolean(),
  }),
);
export const identitySchema = Type.Object({ stored: text, at: number });

export const passSchema = Type.Object({
  started: number,
  ended: number,
  commit: orNull(text),
  digest: text,
  outcome: Type.Enum(['done', 'failed', 'refused', 'differs']),
  changes: number,
  problems: number,
});

const sync = { fingerprint: text, mark: text, desired: text, readAt: number };
const unmanaged = { name: text, type: text, why: text };

export const lastSyncSchema = Type.Object({
  ...sync,
  unmanaged: Type.Array(Type.Object({ ...unmanaged, kind: Type.Enum([...unmanagedKinds]) })),
});

/** As an earlier version wrote it: what was left alone had no kind yet. */
export const lastSyncWithoutKindsSchema = Type.Object({ ...sync, unmanaged: Type.Array(Type.Object(unmanaged)) });

export const verifiedHashSchema = text;

export const recentChangeSchema = Type.Object({
  action: Type.Enum(['create', 'replace', 'delete']),
  before: orNull(text),
  after: orNull(text),
  allowed: Type.Boolean(),
});

export const revertedAtSchema = Type.Array(number);

export const healthVerdictSchema = Type.Object({ isUp: Type.Boolean(), since: number, checkedAt: number });
