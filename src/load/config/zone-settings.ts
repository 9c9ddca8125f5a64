import { parseDuration } from '../../model/duration.ts';
import { parseAbsolute } from '../../model/name.ts';
import { quoted } from '../../model/phrases.ts';
import { noRoles, type Roles } from '../../model/roles.ts';
import { didYouMean } from '../../model/suggest.ts';
import type { CreateSettings, GuardSettings, ZoneSettings } from '../../model/zone.ts';
import { asRecord, checkOf } from '../../validation/index.ts';
import { type GuardsEntry, guardsSchema, type ZoneEntry, zoneSchema } from '../schema/hostmaster.ts';
import type { Path } from '../yaml/config-document.ts';
import { boundedDuration, guardWindow } from './bounded-duration.ts';
import { checkZoneEntry, textsOf } from './check-zone-entry.ts';
import { type Config, checkAt, reportAt } from './config.ts';

const defaultGuards: GuardSettings = {
  max_delete_percent: 30,
  max_replace_percent: 30,
  min_existing: 10,
  window: 600_000,
  never_empty: true,
  delegation: true,
  absence: noRoles.absence,
};

const defaultCreate: CreateSettings = { kind: 'Native', ns: [], soa_edit_api: 'INCREASE' };
const defaultTtl = 3600;
const defaultDrift = 'correct';

/** What the settings of every zone depend on. */
export interface ZoneSettingsContext {
  readonly guards: GuardSettings;
  /** The targets that can be used. */
  readonly usableTargets: ReadonlySet<string>;
  /** Every target that hostmaster.yaml names. */
  readonly namedTargets: ReadonlySet<string>;
}

/** The guards at the top. */
export interface TopGuards {
  readonly zones: GuardSettings;
  readonly max_shrink: Roles['max_shrink'];
}

export const defaultTop: TopGuards = { zones: defaultGuards, max_shrink: noRoles.max_shrink };

/** The guards at the top over the defaults; null after a problem. */
export const readGuards = (config: Config): TopGuards | null => {
  const { guards } = config.top;
  if (guards === undefined) return defaultTop;
  const before = config.problems.length;
  const entry = checkAt(config, checkOf(guardsSchema), guards, ['guards']);
  boundedDuration(config, asRecord(guards).window, ['guards', 'window'], guardWindow);
  return entry === null || config.problems.length > before
    ? null
    : { zones: mergeGuards(defaultGuards, entry), max_shrink: { ...defaultTop.max_shrink, ...entry.max_shrink } };
};

/** Makes the reader of zone entries. It returns null after a problem that leaves the zone's settings unknown. */
export const settingsReader = (
  config: Config,
  context: ZoneSettingsContext,
): ((key: string, value: unknown) => ZoneSettings | null) => {
  const check = checkOf(zoneSchema);
  return (key, value) => {
    const path = ['zones', key];
    const before = config.problems.length;
    const entry = checkAt(config, check, value, path);
    checkZoneEntry(config, asRecord(value), path);
    const isSound = config.problems.length === before;
    const names = readTargetNames(config, asRecord(value).targets, context, path);
    if (entry === null || !isSound) return null;
    warnOfShrink(config, entry, path);
    return {
      targets: names,
      ttl: entry.ttl ?? defaultTtl,
      owns: entry.owns ?? 'all',
      ignore: entry.ignore ?? [],
      create: readCreate(entry.create),
      public: entry.public ?? false,
      allow_lua: entry.allow_lua ?? false,
      covers: entry.covers ?? null,
      exempt: (entry.exempt ?? []).map((exemption, i) => ({
        ...exemption,
        at: { file: config.file, ...config.text.positionOf([...path, 'exempt', i]) },
      })),
      guards: mergeGuards(context.guards, entry.guards ?? {}),
      drift: entry.drift ?? defaultDrift,
    };
  };
};

/** Settings of a zone that is only checked: it has no target, so that nothing is done to it. */
export const settingsWithoutTargets = (
  context: ZoneSettingsContext,
  value: Readonly<Record<string, unknown>>,
): ZoneSettings => ({
  targets: [],
  ttl: defaultTtl,
  owns: 'all',
  ignore: [],
  create: null,
  public: false,
  allow_lua: value.allow_lua === true,
  covers: null,
  exempt: [],
  guards: context.guards,
  drift: defaultDrift,
});

const mergeGuards = (base: GuardSettings, entry: GuardsEntry): GuardSettings => ({
  max_delete_percent: entry.max_delete_percent ?? base.max_delete_percent,
  max_replace_percent: entry.max_replace_percent ?? base.max_replace_percent,
  min_existing: entry.min_existing ?? base.min_existing,
  window: parseDuration(entry.window ?? '') ?? base.window,
  never_empty: entry.never_empty ?? base.never_empty,
  delegation: entry.delegation ?? base.delegation,
  absence: {
    snapshots: entry.absence?.snapshots ?? base.absence.snapshots,
    grace: parseDuration(entry.absence?.grace ?? '') ?? base.absence.grace,
  },
});

/** A target that is there but cannot be used has its own problem. */
const readTargetNames = (
  config: Config,
  targets: unknown,
  context: ZoneSettingsContext,
  path: Path,
): readonly string[] => {
  const names = new Map(textsOf(targets).toReversed());
  return [...names.keys()].toReversed().filter((name) => {
    if (!context.namedTargets.has(name)) {
      const guess = didYouMean(name, context.namedTargets);
      const message = `${path.join('.')}: there is no target ${quoted(name)}${guess}; configure it under "targets:"`;
      reportAt(config, 'unknown-target', message, [...path, 'targets', names.get(name) ?? 0]);
    }
    return context.usableTargets.has(name);
  });
};

const warnOfShrink = (config: Config, { guards }: ZoneEntry, path: Path): void => {
  if (guards?.max_shrink === undefined) return;
  const message = '"max_shrink" guards inventories and has no effect in a zone; move it to "guards:" at the top';
  reportAt(config, 'not-yet', `${path.join('.')}: guards: ${message}`, [...path, 'guards', 'max_shrink']);
};

/** The names in it were checked before. */
const readCreate = (create: ZoneEntry['create']): CreateSettings | null => {
  if (create === undefined || create === false) return null;
  if (create === true) return defaultCreate;
  return {
    kind: create.kind ?? defaultCreate.kind,
    ns: create.ns?.map(parseAbsolute) ?? defaultCreate.ns,
    soa_edit_api: create.soa_edit_api ?? defaultCreate.soa_edit_api,
  };
};
