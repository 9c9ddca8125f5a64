import type { Origin } from '../model/origin.ts';
import type { Paint } from './paint.ts';

export interface ExplainedValue {
  readonly rdata: string;
  readonly origins: readonly Origin[];
}

/** One RRset somewhere: wanted by Git, or held by a target. */
export interface ExplainedRRset {
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
    readonly unmanaged: readonly { readonly type: string; readonly why: string }[];
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
    ...(desired.length === 0 ? ['  nothing'] : desired.flatMap((rrset) => rrsetLines(rrset))),
    ...quarantined.map(({ reason, origin }) => paint.red(`  quarantined: ${reason}${placeOf(origin)}`)),
    ...existing.flatMap(({ target, error, rrsets, unmanaged }) => [
      `existing at ${target}`,
      ...(error === null ? [] : [paint.red(`  ${error}`)]),
      ...(error === null && rrsets.length === 0 ? ['  nothing'] : rrsets.flatMap((rrset) => rrsetLines(rrset))),
      ...unmanaged.map((each) => paint.dim(`  left alone: ${each.type} (${each.why})`)),
    ]),
    ...answered.flatMap(({ nameserver, target, type: asked, rcode, authoritative, answers }) => [
      `answered by ${nameserver} for ${target}: ${asked} ${rcode}${authoritative ? '' : ', not authoritative'}`,
      ...answers.map((answer) => `  ${answer.name} ${answer.type} ${answer.ttl} ${answer.rdata}`),
    ]),
  ];
  return `${lines.join('\n')}\n`;
};

const rrsetLines = ({ type, ttl, values }: ExplainedRRset): readonly string[] =>
  values.map(({ rdata, origins }) => `  ${type} ${ttl} ${rdata}${origins.map(placeOf).join('')}`);

const placeOf = (origin: Origin | null): string => (origin === null ? '' : `   ${origin.file}:${origin.line}`);
