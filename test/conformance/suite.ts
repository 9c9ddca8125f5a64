// The words that the groups are written in. A group is a zone and its desired states, one after the other; the data says
// what a name server must answer, in RFC presentation form, and never passes through Hostmaster's own parser.
import type { GuardName } from '../../src/provider.ts';

/** One value: as the zone file has it, and as an answer holds it. */
export interface Said {
  readonly yaml: unknown;
  readonly answer: string;
}

/** An RRset that is wanted. `name` is relative to the zone, as dig prints it. */
export interface Wanted {
  readonly name: string;
  /** The key in the zone file; Default is `name`. */
  readonly key: string;
  readonly type: string;
  readonly ttl: number;
  readonly values: readonly Said[];
  /** What is asked instead, for a type that is answered as others (ALIAS, LUA). */
  readonly answeredAs?: readonly Wanted[];
}

/** A question beyond the wanted RRsets, and all of its answer section. */
export interface Ask {
  readonly name: string;
  readonly type: string;
  readonly rcode: 'NOERROR' | 'NXDOMAIN';
  readonly answer: readonly Wanted[];
}

/** A zone file's text where the one made of `records` would not do. */
export interface ZoneFile {
  readonly format: 'yaml' | 'zone';
  readonly text: string;
}

export interface Step {
  readonly name: string;
  readonly records: readonly Wanted[];
  readonly file?: ZoneFile;
  readonly asks: readonly Ask[];
  /** How many changes the plan must have; absent: any number above none, or any at all in the group's first step. */
  readonly changes?: number;
  /** The guards that hold the step back until its printed `--allow` is given. */
  readonly guards: readonly GuardName[];
}

export interface Group {
  readonly name: string;
  readonly zone: string;
  readonly steps: readonly Step[];
  /** Keys of the zone in hostmaster.yaml, beside the suite's own. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What reading a zone back must give. */
export interface Expectation {
  readonly zone: string;
  /** What the zone must hold, and what it held before: what is in the latter alone must be gone. */
  readonly now: readonly Wanted[];
  readonly before: readonly Wanted[];
  readonly asks: readonly Ask[];
}

interface StepOptions {
  readonly asks?: readonly Ask[];
  readonly changes?: number;
  readonly guards?: readonly GuardName[];
  readonly yaml?: string;
  readonly master?: string;
}

interface GroupOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A value that the zone file spells otherwise than an answer does. */
export const said = (yaml: unknown, answer: string): Said => ({ yaml, answer });

/** An RRset: relative name ('' is the apex), type, ttl, values. */
export const rr = (name: string, type: string, ttl: number, ...values: readonly (string | Said)[]): Wanted => ({
  name,
  key: name,
  type,
  ttl,
  values: values.map((value) => (typeof value === 'string' ? { yaml: value, answer: value } : value)),
});

/** The same RRset under a key that the zone file spells otherwise. */
export const spelt = (key: string, wanted: Wanted): Wanted => ({ ...wanted, key });

/** An RRset that is answered as others: an ALIAS as the addresses of its target. */
export const answered = (wanted: Wanted, ...answeredAs: readonly Wanted[]): Wanted => ({ ...wanted, answeredAs });

/** Asking `name` for `type` gives exactly these RRsets. */
export const gives = (name: string, type: string, ...answer: readonly Wanted[]): Ask => ({
  name,
  type,
  rcode: 'NOERROR',
  answer,
});

/** The name exists, the type does not. */
export const noData = (name: string, type: string): Ask => ({ name, type, rcode: 'NOERROR', answer: [] });

/** The name does not exist. */
export const noName = (name: string, type: string): Ask => ({ name, type, rcode: 'NXDOMAIN', answer: [] });

/** One desired state of the whole zone. */
export const step = (name: string, records: readonly Wanted[], options: StepOptions = {}): Step => {
  const { yaml, master, asks = [], guards = [], changes } = options;
  const file: ZoneFile | undefined =
    yaml !== undefined
      ? { format: 'yaml', text: yaml }
      : master !== undefined
        ? { format: 'zone', text: master }
        : undefined;
  return {
    name,
    records,
    asks,
    guards,
    ...(changes === undefined ? {} : { changes }),
    ...(file === undefined ? {} : { file }),
  };
};

/** A zone and its desired states; every group has a zone of its own. */
export const group = (name: string, zone: string, steps: readonly Step[], options: GroupOptions = {}): Group => ({
  name,
  zone,
  steps,
  settings: options.settings ?? {},
});

/** For a group whose subject is not the guard of delegations. */
export const unguardedDelegation: GroupOptions = { settings: { guards: { delegation: false } } };

/** The numbers from `from` to `to`, both included. */
export const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Addresses of 198.18.0.0/15 (RFC 2544), counted up from `first`. */
export const addresses = (count: number, first = 0): readonly string[] =>
  range(first, first + count - 1).map((i) => `198.${18 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`);

/** The absolute name of a relative one. */
export const ownerOf = (name: string, zone: string): string => (name === '' ? zone : `${name}.${zone}`);

/** A wildcard answers for it; one that only has names below it does as well, with nothing. */
export const underWildcard = (name: string, now: readonly Wanted[]): boolean =>
  now.some((wanted) => {
    const parts = wanted.name.split('.');
    const star = parts.lastIndexOf('*');
    return star !== -1 && `.${name}`.endsWith(['', ...parts.slice(star + 1)].join('.'));
  });
