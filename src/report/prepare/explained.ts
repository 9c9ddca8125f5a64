import type { HealthCheck } from '../../model/health.ts';
import type { Origin } from '../../model/origin.ts';
import type { Action, Unmanaged } from '../../model/plan.ts';
import { type Line, makeReport, type Report, toned } from '../report.ts';
import { checkedInCode, checkInWords, downInWords } from '../words/check.ts';
import { originInWords } from '../words/origin.ts';

export interface ExplainedValue {
  readonly rdata: string;
  readonly origins: readonly Origin[];
  /** Of a checked address that the daemon's health checker found down, RFC 3339: it is not answered where that counts. */
  readonly down_since?: string;
}

/** One RRset somewhere: wanted by Git, or held by a target. */
export interface ExplainedRRset {
  /** Another than the one that was asked for: the wildcard or the zone cut that decides what is answered. */
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly ExplainedValue[];
  /** Missing: it has none. */
  readonly health_check?: HealthCheck;
}

/** All that is known of a name, or of one type of it. */
export interface Explanation {
  readonly name: string;
  readonly type: string | null;
  readonly zone: string;
  readonly desired: readonly ExplainedRRset[];
  /** Why what is wanted there is not used. */
  readonly quarantined: readonly {
    readonly type: string | null;
    readonly reason: string;
    readonly origin: Origin | null;
  }[];
  readonly existing: readonly {
    readonly target: string;
    readonly error: string | null;
    readonly rrsets: readonly ExplainedRRset[];
    /** What a plan would do; `guard` and `reason` where it would be withheld. */
    readonly planned: readonly {
      readonly action: Action;
      readonly type: string;
      readonly guard: string | null;
      readonly reason: string | null;
    }[];
    readonly unmanaged: readonly Omit<Unmanaged, 'name'>[];
  }[];
  readonly answered: readonly {
    readonly target: string;
    readonly nameserver: string;
    readonly type: string;
    readonly rcode: string;
    readonly authoritative: boolean;
    readonly answers: readonly {
      readonly name: string;
      readonly type: string;
      readonly ttl: number;
      readonly rdata: string;
    }[];
  }[];
}

/** What `explain` reports: a section for each view that has the name. */
export const prepareExplained = (explanations: readonly Explanation[]): Report =>
  makeReport({
    kind: 'explained',
    document: explanations.length === 1 ? explanations[0] : explanations,
    sections: explanations.map((each) => ({ kind: 'lines', lines: explanationLines(each) })),
    isSpaced: true,
  });

const explanationLines = (explanation: Explanation): readonly Line[] => {
  const { name, type, zone, desired, quarantined, existing, answered } = explanation;
  return [
    [toned(`${name}${type === null ? '' : ` ${type}`}`, 'strong'), ` in zone ${zone}`],
    ['desired'],
    ...(desired.length === 0 ? [['  nothing']] : desired.flatMap((rrset) => rrsetLines(rrset, name))),
    ...quarantined.map(({ reason, origin }) => [toned(`  quarantined: ${reason}${originColumn(origin)}`, 'error')]),
    ...existing.flatMap((each) => existingLines(each, name)),
    ...answered.flatMap(answerLines),
  ];
};

const existingLines = (existing: Explanation['existing'][number], asked: string): readonly Line[] => {
  const { target, error, rrsets, planned, unmanaged } = existing;
  return [
    [`existing at ${target}`],
    ...(error === null ? [] : [[toned(`  ${error}`, 'error')]]),
    ...(error === null && rrsets.length === 0 ? [['  nothing']] : rrsets.flatMap((rrset) => rrsetLines(rrset, asked))),
    ...planned.map((change) => [toned(`  ${plannedInWords(change)}`, 'warning')]),
    ...unmanaged.map((each) => [toned(`  left alone: ${each.type} (${each.why})`, 'aside')]),
  ];
};

const answerLines = (answered: Explanation['answered'][number]): readonly Line[] => {
  const { nameserver, target, type, rcode, authoritative, answers } = answered;
  return [
    [`answered by ${nameserver} for ${target}: ${type} ${rcode}${authoritative ? '' : ', not authoritative'}`],
    ...answers.map((answer) => [`  ${answer.name} ${answer.type} ${answer.ttl} ${answer.rdata}`]),
  ];
};

const rrsetLines = (
  { name, type, ttl, values, health_check: check }: ExplainedRRset,
  asked: string,
): readonly Line[] => {
  const owner = name === asked ? '' : `${name} `;
  const own = check === undefined ? '' : `checked ${checkInWords(check)}: `;
  return values.map(({ down_since: down, rdata, origins }) => {
    const [coded] = checkedInCode(type, [rdata]) ?? [];
    const value =
      coded === undefined
        ? `${type} ${ttl} ${own}${rdata}`
        : `${coded.type} ${ttl} checked ${coded.check}: ${coded.addresses.join(', ')}`;
    const left = down === undefined ? [] : [toned(`   ${downInWords(down)}`, 'warning')];
    return [`  ${owner}${value}${origins.map(originColumn).join('')}`, ...left];
  });
};

const plannedInWords = ({ action, type, guard, reason }: Explanation['existing'][number]['planned'][number]): string =>
  guard === null ? `planned: ${action} ${type}` : `withheld by ${guard}: ${action} ${type} (${reason ?? ''})`;

const originColumn = (origin: Origin | null): string => (origin === null ? '' : `   ${originInWords(origin)}`);
