import type { SourceLocation } from '../model/origin.ts';
import { grouping } from '../model/phrases.ts';
import { type Problem, problemAt } from '../model/problem.ts';
import { keyOf, type RRset } from '../model/rrset.ts';
import type { Quarantine } from '../model/zone.ts';
import { type LoadRuleId, loadSeverity } from './load-rules.ts';
import { sizeLimits } from './size-limits.ts';

/** What a zone reader must know of the zone. */
export interface ZoneContext {
  /** Canonical. */
  readonly zone: string;
  readonly ttl: number;
  readonly allowLua: boolean;
  /** Counts over all files of the zone. Missing: nothing is counted. */
  readonly counted?: RecordCount;
}

/** How many records have been read. */
export interface RecordCount {
  records: number;
}

/** Counts records that were read; once they are more than a zone may have, what to say of that. */
export const countRecords = ({ counted, zone }: ZoneContext, more: number): string | null => {
  if (counted === undefined) return null;
  counted.records += more;
  return counted.records > sizeLimits.zoneRecords
    ? `${zone} has over ${grouping(sizeLimits.zoneRecords)} records; nothing of it is used until it has fewer`
    : null;
};

/** What was read from one zone file. */
export interface FileContent {
  readonly rrsets: readonly RRset[];
  readonly quarantined: readonly Quarantine[];
  readonly problems: readonly Problem[];
  /** False: some of it could not be read, so that RRsets may be missing here. */
  readonly complete: boolean;
}

/** Takes what a zone reader finds, one thing at a time. */
export interface Collector {
  readonly add: (rrset: RRset) => void;
  /** `name`: the name that it is about, where it is about one. */
  readonly report: (rule: LoadRuleId, message: string, origin: SourceLocation, name?: string) => void;
  /** What Git wants there cannot be used, so what exists there stays. `type` null: every type of the name. */
  readonly quarantine: (name: string, type: string | null, reason: string, origin: SourceLocation) => void;
  /** A record's name could not be read: any existing name may be meant, so nothing is deleted. What was read is used. */
  readonly markIncomplete: () => void;
  /** The rest cannot be read: nothing that was read from this file is used. */
  readonly distrust: (rule: LoadRuleId, message: string, origin: SourceLocation) => void;
  readonly content: () => FileContent;
}

export const collector = (): Collector => {
  const rrsets: RRset[] = [];
  const quarantined = new Map<string, Quarantine>();
  const found = problemList();
  let complete = true;
  let trusted = true;
  const report = (rule: LoadRuleId, message: string, origin: SourceLocation, name?: string): void => {
    const problem = problemAt(rule, loadSeverity(rule), message, origin);
    found.add(name === undefined ? problem : { ...problem, name });
  };
  return {
    report,
    add: (rrset) => {
      rrsets.push(rrset);
    },
    quarantine: (name, type, reason, origin) => {
      const key = `${name} ${type}`;
      if (!quarantined.has(key)) {
        quarantined.set(key, { name, type, reason, origin: { ...origin, kind: 'zone_file' } });
      }
    },
    markIncomplete: () => {
      complete = false;
    },
    distrust: (rule, message, origin) => {
      report(rule, message, origin);
      complete = false;
      trusted = false;
    },
    content: () => {
      const problems = found.all();
      return trusted
        ? { rrsets, quarantined: [...quarantined.values()], problems, complete }
        : { ...nothing, problems, complete };
    },
  };
};

/** So many problems of one rule at one place are said one by one: a line of $GENERATE may make 262,144. */
const mostAtOnePlace = 3;

const problemList = (): { readonly add: (problem: Problem) => void; readonly all: () => readonly Problem[] } => {
  const problems: Problem[] = [];
  const counts = new Map<string, { number: number; last: number }>();
  return {
    add: (problem) => {
      const key = `${problem.rule} ${problem.file}:${problem.line}:${problem.column}`;
      const count = counts.get(key) ?? { number: 0, last: 0 };
      counts.set(key, count);
      count.number += 1;
      if (count.number > mostAtOnePlace) return;
      count.last = problems.length;
      problems.push(problem);
    },
    all: () => {
      const more = new Map([...counts.values()].map(({ last, number }) => [last, number - mostAtOnePlace]));
      return problems.map((problem, i) => {
        const others = more.get(i) ?? 0;
        return others > 0 ? { ...problem, message: `${problem.message} (and ${grouping(others)} more here)` } : problem;
      });
    },
  };
};

/** The files of one zone together: an RRset that occurs twice is a problem, and what is quarantined is not wanted. */
export const joinContents = (contents: readonly FileContent[]): FileContent => {
  const [only] = contents;
  const joined = contents.length === 1 && only !== undefined ? only : withDuplicates(contents);
  return { ...joined, rrsets: withoutQuarantined(joined.rrsets, joined.quarantined) };
};

const withDuplicates = (contents: readonly FileContent[]): FileContent => {
  const into = collector();
  const first = new Map<string, RRset>();
  for (const rrset of contents.flatMap((content) => content.rrsets)) {
    const known = first.get(keyOf(rrset));
    if (known !== undefined) refuseDuplicate(rrset, known, into);
    else {
      first.set(keyOf(rrset), rrset);
      into.add(rrset);
    }
  }
  const { rrsets, quarantined, problems } = into.content();
  return {
    rrsets,
    quarantined: [...contents.flatMap((content) => content.quarantined), ...quarantined],
    problems: [...contents.flatMap((content) => content.problems), ...problems],
    complete: contents.every((content) => content.complete),
  };
};

/** Reports and quarantines an RRset that is defined twice. */
export const refuseDuplicate = (rrset: RRset, known: RRset, into: Collector): void => {
  const origin = rrset.values[0]?.origins[0] ?? null;
  const other = known.values[0]?.origins[0] ?? null;
  if (origin === null || other === null) return;
  const message = `${rrset.name} ${rrset.type} is already defined at ${other.file}:${other.line}; put all its values into one record`;
  into.report('duplicate-rrset', message, origin, rrset.name);
  into.quarantine(rrset.name, rrset.type, message, origin);
};

const nothing = { rrsets: [], quarantined: [] } as const;

const withoutQuarantined = (rrsets: readonly RRset[], quarantined: readonly Quarantine[]): readonly RRset[] => {
  if (quarantined.length === 0) return rrsets;
  const names = new Set(quarantined.filter(({ type }) => type === null).map(({ name }) => name));
  const keys = new Set(quarantined.map(({ name, type }) => `${name} ${type}`));
  return rrsets.filter((rrset) => !names.has(rrset.name) && !keys.has(keyOf(rrset)));
};
