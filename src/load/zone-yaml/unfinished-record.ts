import type { FileOrigin } from '../../model/origin.ts';
import type { RdataContext } from '../../model/rdata.ts';
import type { LoadRuleId } from '../load-rules.ts';
import type { Collector, ZoneContext } from '../zone-content.ts';

/** What reading a record needs; one for each file, since a large zone has a hundred thousand records. */
export interface RecordReader {
  readonly context: ZoneContext;
  readonly into: Collector;
  readonly originAt: (offset: number) => FileOrigin;
  readonly rdata: RdataContext;
  /** The relative names of the value that was read last. */
  readonly relative: string[];
}

export const recordReader = (
  context: ZoneContext,
  into: Collector,
  originAt: (offset: number) => FileOrigin,
): RecordReader => {
  const relative: string[] = [];
  const rdata = { origin: context.zone, onRelative: (name: string) => relative.push(name) };
  return { context, into, originAt, rdata, relative };
};

/** A record while it is read. A fault refuses the whole record, but only after all of it has been checked. */
export interface UnfinishedRecord {
  readonly reader: RecordReader;
  readonly name: string;
  /** The first fault. */
  refused: { readonly message: string; readonly origin: FileOrigin } | null;
}

export const refuseRecord = (unfinished: UnfinishedRecord, rule: LoadRuleId, message: string, at: number): void => {
  const origin = unfinished.reader.originAt(at);
  unfinished.reader.into.report(rule, message, origin, unfinished.name);
  unfinished.refused ??= { message, origin };
};

export const warn = ({ reader, name }: UnfinishedRecord, rule: LoadRuleId, message: string, at: number): void =>
  reader.into.report(rule, message, reader.originAt(at), name);
