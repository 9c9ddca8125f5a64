import type { DigRecord } from '../servers/dig.ts';
import { asDigPrints, type Normaliser } from './normalise.ts';
import { type Expectation, ownerOf, underWildcard, type Wanted } from './suite.ts';

// Reads a zone back where no name server answers for it, and compares all that it holds with what the data says.

/** All records that a target holds for a zone, read past the provider that wrote them. */
export type ZoneReader = (zone: string) => Promise<readonly DigRecord[]>;

/** Every difference between what a zone holds and what is expected, one line each. */
export const heldDifferences = async (
  read: ZoneReader,
  expectation: Expectation,
  normalise: Normaliser,
): Promise<readonly string[]> => {
  const { zone } = expectation;
  const printed = asDigPrints(await read(zone));
  const held = printed.map(lineOf);
  const wanted = wantedIn(expectation).flatMap((each) => linesOf(each, zone, normalise));
  const ours = new Set(wanted);
  const apexIsOwn = new Set(printed.filter((record) => isOwn(record, zone)).map(lineOf));
  return [
    ...[...ours].filter((line) => !held.includes(line)).map((line) => `missing ${line}`),
    ...held.filter((line) => !ours.has(line) && !apexIsOwn.has(line)).map((line) => `unexpected ${line}`),
    ...(new Set(held).size === held.length ? [] : ['a record is held twice']),
  ];
};

/** What a step asks for beyond its records is held as well (left alone), unless a name server would make it. */
const wantedIn = ({ asks, now }: Expectation): readonly Wanted[] => [
  ...now,
  ...asks.flatMap(({ answer }) => answer).filter(({ name }) => !underWildcard(name, now) && !underDname(name, now)),
];

const underDname = (name: string, now: readonly Wanted[]): boolean =>
  now.some((wanted) => wanted.type === 'DNAME' && name.endsWith(`.${wanted.name}`));

/** SOA and NS of the apex are the target's own where no file has them. */
const isOwn = ({ name, type }: DigRecord, zone: string): boolean =>
  name.toLowerCase() === zone && (type === 'SOA' || type === 'NS');

const linesOf = ({ name, ttl, type, values }: Wanted, zone: string, normalise: Normaliser): readonly string[] =>
  values.map(({ answer }) => lineOf({ name: ownerOf(name, zone), ttl, type, rdata: normalise(type, answer) }));

const lineOf = ({ name, rdata, ttl, type }: DigRecord): string => `${name.toLowerCase()} ${ttl} ${type} ${rdata}`;
