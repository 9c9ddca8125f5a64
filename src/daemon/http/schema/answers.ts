import Type from 'typebox';
import { planSchema, problemSchema, targetProperties, withheldProperties } from '../../../validation/plan-schema.ts';
import { rrsetProperties } from '../../../validation/planned-change.ts';
import {
  type DaemonPass,
  type DaemonStatus,
  daemonStates,
  type PassSummary,
  passOutcomes,
  type ServerStatus,
  type ZoneDetail,
  type ZoneStatus,
  zoneStates,
} from '../../answers.ts';
import { causes } from '../../cause.ts';
import { hookedStatuses } from '../../inventory-hook.ts';
import {
  anyText,
  listSchema,
  looseSchemaOf,
  orNull,
  schemaOf,
  textOrNull,
  timeOrNull,
  timeText,
  wholeNumber,
} from './parts.ts';
import { suspensionSchema } from './requests.ts';

// What is answered. A `title` is the schema's name in the OpenAPI document. There are schemas here and nothing else, as in
// requests.ts: the built command carries what comes of them, without typebox.

const causeSchema = Type.Enum([...causes]);

export const passSummarySchema = schemaOf<PassSummary>()(
  Type.Object(
    {
      id: anyText,
      cause: causeSchema,
      by: textOrNull,
      started: timeText,
      ended: timeOrNull,
      commit: textOrNull,
      outcome: orNull(Type.Enum([...passOutcomes])),
      counts: Type.Object({
        ...{ create: wholeNumber, replace: wholeNumber, delete: wholeNumber, withheld: wholeNumber },
        ...{ applied: wholeNumber, problems: wholeNumber, differences: wholeNumber },
      }),
      repeated: wholeNumber,
    },
    { title: 'PassSummary' },
  ),
);

const change = Type.Object({
  ...{ action: Type.Enum(['create', 'replace', 'delete']), name: anyText, type: anyText },
  status: Type.Enum(['applied', 'refused', 'stale', 'skipped', 'lost']),
  message: textOrNull,
});

const resultSchema = Type.Object(
  {
    ...{ zone: anyText, view: textOrNull, target: anyText },
    status: Type.Enum(['applied', 'failed', 'rolled_back', 'skipped']),
    error: textOrNull,
    code: textOrNull,
    changes: Type.Array(change),
  },
  { title: 'ZoneResult' },
);

const differenceSchema = Type.Object(
  {
    ...{ zone: anyText, nameserver: anyText, name: anyText, type: anyText },
    kind: Type.Enum(['differs', 'missing', 'unexpected', 'lags', 'no_answer']),
    expected: orNull(Type.Array(anyText)),
    answered: Type.Union([Type.Array(anyText), anyText, Type.Null()]),
    serial: orNull(Type.Integer()),
  },
  { title: 'Difference' },
);

const planOfPass = Type.Object(
  {
    ...planSchema.properties,
    summary: Type.Object({ create: wholeNumber, replace: wholeNumber, delete: wholeNumber, withheld: wholeNumber }),
  },
  { title: 'Plan' },
);

export const passDetailSchema = looseSchemaOf<DaemonPass>()(
  Type.Object(
    {
      ...passSummarySchema.properties,
      plan: orNull(planOfPass),
      results: Type.Array(resultSchema),
      verify: orNull(Type.Object({ checked: wholeNumber, differences: Type.Array(differenceSchema) })),
    },
    { title: 'Pass' },
  ),
);

const problem = Type.Object(problemSchema.properties, { title: 'Problem' });

export const statusSchema = schemaOf<DaemonStatus>()(
  Type.Object(
    {
      state: Type.Enum([...daemonStates]),
      version: anyText,
      started: timeText,
      git: orNull(
        Type.Object({
          ...{ in_force: textOrNull, seen: textOrNull, held_because: textOrNull },
          error: orNull(Type.Object({ code: anyText, message: anyText })),
          problems: Type.Array(problem),
        }),
      ),
      zones: Type.Object({
        ...{ converged: wholeNumber, waiting: wholeNumber, drifted: wholeNumber },
        ...{ refused: wholeNumber, failed: wholeNumber, suspended: wholeNumber },
      }),
      targets: Type.Array(Type.Object({ ...targetProperties, next_try: timeOrNull })),
      inventory: Type.Record(
        anyText,
        Type.Object({
          servers: wholeNumber,
          complete: Type.Boolean(),
          age_seconds: orNull(Type.Number({ minimum: 0 })),
          message: textOrNull,
        }),
      ),
      last_pass: orNull(passSummarySchema),
      hooks: Type.Object({ waiting: wholeNumber }),
      suspended: orNull(Type.Object({ suspensions: Type.Array(suspensionSchema), changes: wholeNumber })),
    },
    { title: 'Status' },
  ),
);

const zoneState = Type.Enum([...zoneStates]);

export const zoneStatusSchema = schemaOf<ZoneStatus>()(
  Type.Object(
    {
      zone: anyText,
      view: textOrNull,
      state: zoneState,
      targets: Type.Array(
        Type.Object({
          ...{ target: anyText, state: zoneState, changes: wholeNumber, withheld: wholeNumber },
          ...{ code: textOrNull, message: textOrNull, converged: timeOrNull },
        }),
      ),
    },
    { title: 'Zone' },
  ),
);

export const zoneDetailSchema = looseSchemaOf<ZoneDetail>()(
  Type.Object(
    {
      ...zoneStatusSchema.properties,
      withheld: Type.Array(Type.Object({ ...withheldProperties, target: anyText })),
      rrsets: listSchema(Type.Object({ name: anyText, type: anyText, ...rrsetProperties })),
    },
    { title: 'ZoneDetail' },
  ),
);

export const serverSchema = looseSchemaOf<ServerStatus>()(
  Type.Object(
    {
      ...{ inventory: anyText, name: anyText, ips: Type.Array(anyText), labels: Type.Array(anyText) },
      state: Type.Enum(['active', 'maintenance', 'decommissioned']),
      standing: Type.Enum(['present', 'remembered', 'missing']),
      reason: textOrNull,
      missing: orNull(Type.Object({ since: Type.Number(), snapshots: wholeNumber })),
      hook_at: timeOrNull,
    },
    { title: 'Server' },
  ),
);

export const zonesSchema = listSchema(zoneStatusSchema);
export const passesSchema = listSchema(passSummarySchema);
export const serversSchema = listSchema(serverSchema);
export const auditSchema = listSchema(Type.Object({}, { title: 'AuditLine' }));
/** As `hostmaster explain` writes it. */
export const explanationSchema = Type.Union([Type.Object({}), Type.Array(Type.Object({}))], { title: 'Explanation' });
export const begunSchema = Type.Object({ pass: anyText });
export const resumedSchema = Type.Object({ resumed: Type.Literal(true) });
export const aliveSchema = Type.Object({ alive: Type.Literal(true) });
export const readinessSchema = Type.Object({ ready: Type.Boolean(), why: textOrNull }, { title: 'Readiness' });
export const documentSchema = Type.Object({ openapi: anyText });
export const gitHookSchema = Type.Object({ status: Type.Enum(['accepted', 'ignored']), message: anyText });
export const hookAcceptedSchema = Type.Object({ accepted: wholeNumber });
export const hookedSchema = Type.Object({
  servers: Type.Array(Type.Object({ name: anyText, status: Type.Enum([...hookedStatuses]), message: textOrNull })),
});
export const errorSchema = Type.Object(
  { error: Type.Object({ code: anyText, message: anyText }) },
  { title: 'Error', description: 'What went wrong: a code that stays the same, and words that do not.' },
);
