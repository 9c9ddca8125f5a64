import type { Origin } from '../model/origin.ts';
import type { Action, Unmanaged } from '../model/plan.ts';
import { originWords } from './origin.ts';
import type { Paint } from './paint.ts';
import { visible } from './phrases.ts';

export interface ExplainedValue {
  readonly rdata: string;
  readonly origins: readonly Origin[];
}

/** One RRset somewhere: wanted by Git, or held by a target. */
export interface ExplainedRRset {
  /** Another than the one that was asked for: the wildcard or the zone cut that decides what is answered. */
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly ExplainedValue[];
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

export const explainText = (explanation: Explanation, paint: Paint): string => {
  const { name, type, zone, desired, quarantined, existing, answered } = explanation;
  const lines = [
    `${paint.bold(`${name}${type === null ? '' : ` ${type}`}`)} in zone ${zone}`,
    'desired',
    ...(desired.length === 0 ? ['  nothing'] : desired.flatMap((rrset) => rrsetLines(rrset, name))),
    ...quarantined.map(({ reason, origin }) => paint.red(`  quarantined: ${visible(reason)}${placeOf(origin)}`)),
    ...existing.flatMap(({ target, error, rrsets, planned, unmanaged }) => [
      `existing at ${target}`,
      ...(error === null ? [] : [paint.red(`  ${visible(error)}`)]),
      ...(error === null && rrsets.length === 0 ? ['  nothing'] : rrsets.flatMap((rrset) => rrsetLines(rrset, name))),
      ...planned.map((change) => paint.yellow(`  ${plannedLine(change)}`)),
      ...unmanaged.map((each) => paint.dim(`  left alone: ${each.type} (${each.why})`)),
    ]),
    ...answered.flatMap(({ nameserver, target, type: asked, rcode, authoritative, answers }) => [
      `answered by ${nameserver} for ${target}: ${asked} ${rcode}${authoritative ? '' : ', not authoritative'}`,
      ...answers.map((answer) => `  ${answer.name} ${answer.type} ${answer.ttl} ${answer.rdata}`),
    ]),
  ];
  return `${lines.join('\n')}\n`;
};

const rrsetLines = ({ name, type, ttl, values }: ExplainedRRset, asked: string): readonly string[] =>
  values.map(({ rdata, origins }) => {
    const owner = name === asked ? '' : `${name} `;
    return `  ${owner}${type} ${ttl} ${rdata}${origins.map(placeOf).join('')}`;
  });

const plannedLine = ({ action, type, guard, reason }: Explanation['existing'][number]['planned'][number]): string =>
  guard === null ? `planned: ${action} ${type}` : `withheld by ${guard}: ${action} ${type} (${visible(reason ?? '')})`;

const placeOf = (origin: Origin | null): string => (origin === null ? '' : `   ${originWords(origin)}`);
