import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { factory } from '../../../providers/embedded/index.ts';
import type { Change, PlannedRRset } from '../../../src/model/plan.ts';
import { keyOf } from '../../../src/model/rrset.ts';
import type { ZoneId } from '../../../src/model/zone.ts';
import { type Provider, parseName, parseRdata, type Serving } from '../../../src/provider.ts';

/** A name, a TTL, a type and values in presentation text, all relative to the zone. */
export type RecordLine = readonly [name: string, ttl: number, type: string, ...values: string[]];

export interface Embedded {
  readonly provider: Provider;
  readonly serving: Serving;
  readonly folder: string;
  stop(): Promise<void>;
}

/** The embedded server on a free port, with a file of its own. */
export const startEmbedded = async (): Promise<Embedded> => {
  const folder = mkdtempSync(join(tmpdir(), 'hostmaster-embedded-'));
  const context = { config: { listen: '127.0.0.1:0', file: 'zones.sqlite' }, secrets: {}, folder };
  const provider = await factory.open(context);
  const serving = await factory.serve?.(context);
  if (serving === undefined) throw new Error('the embedded provider serves');
  return {
    provider,
    serving,
    folder,
    stop: async () => {
      await serving.stop();
      await provider.close?.();
      rmSync(folder, { recursive: true });
    },
  };
};

export const zoneOf = (name: string): ZoneId => ({ name, view: null });

export const planned = (zone: string, type: string, ttl: number, values: readonly string[]): PlannedRRset => ({
  ttl,
  values: [...new Set(values.map((text) => parseRdata(type, text, { origin: zone })))]
    .sort()
    .map((rdata) => ({ rdata, origins: [] })),
  health_check: null,
});

/** Makes the zone where it is missing, and puts the records in it in place of what stands at their names and types. */
export const putRecords = async (provider: Provider, zone: string, lines: readonly RecordLine[]): Promise<void> => {
  const settings = { kind: 'Native', ns: [], soa_edit_api: 'INCREASE' };
  if ((await provider.read(zoneOf(zone))).status === 'missing') await provider.createZone(zoneOf(zone), settings);
  const read = await provider.read(zoneOf(zone));
  const existing = new Map(read.status === 'read' ? read.rrsets.map((rrset) => [keyOf(rrset), rrset]) : []);
  const changes = lines.map(([relative, ttl, type, ...values]): Change => {
    const name = relative === '@' ? zone : parseName(relative, zone);
    const old = existing.get(keyOf({ name, type }));
    const before = old === undefined ? null : { ttl: old.ttl, values: old.values, health_check: null };
    return {
      action: before === null ? 'create' : 'replace',
      name,
      type,
      before,
      after: planned(zone, type, ttl, values),
    };
  });
  const result = await provider.apply({ zone: zoneOf(zone), changes, expect: null });
  if (result.status === 'refused') throw new Error(JSON.stringify(result.refused));
};
