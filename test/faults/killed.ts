import type { ProbeQuestion } from '../servers/index.ts';
import { type ApiRRset, apexYaml, rrset } from './zone.ts';

// A zone of two sides, 18,000 changes apart: 8,600 addresses that differ, 4,500 names on one side only, as many on
// the other, and 200 names that are A on one side and CNAME on the other, to targets that exist on that side alone.

export const zone = 'killed.test.';

export type Side = 0 | 1;
export const sides = { before: 0, after: 1 } as const;

type Line = readonly [name: string, type: 'A' | 'CNAME', rdata: string];

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const address = (net: number, i: number): string => `10.${net}.${i >> 8}.${i & 255}`;

const linesOn = (side: Side): readonly Line[] => [
  ...numbers(300).map((i): Line => [`stays${i}`, 'A', address(9, i)]),
  ...numbers(8_600).map((i): Line => [`moves${i}`, 'A', address(side, i)]),
  ...numbers(4_400).map((i): Line => [`only${side}-${i}`, 'A', address(2, i)]),
  ...numbers(200).flatMap((i): readonly Line[] =>
    i % 2 === side
      ? [[`swaps${i}`, 'A', address(3, i)]]
      : [
          [`swaps${i}`, 'CNAME', `target${side}-${i}.${zone}`],
          [`target${side}-${i}`, 'A', address(4, i)],
        ],
  ),
];

/** A side as PowerDNS's API takes it, in portions that its body limit lets through. */
export const portionsOf = (side: Side): readonly (readonly ApiRRset[])[] => {
  const all = linesOn(side).map(([name, type, rdata]) => rrset(`${name}.${zone}`, type, rdata));
  return numbers(Math.ceil(all.length / 5_000)).map((i) => all.slice(i * 5_000, (i + 1) * 5_000));
};

/** A side as a zone file. */
export const fileOf = (side: Side): string => {
  const lines = linesOn(side).map(([name, type, rdata]) => `${name}: {type: ${type}, ttl: 300, value: ${rdata}}\n`);
  return `${apexYaml}${lines.join('')}`;
};

/** A side as contentOf gives it. */
export const contentOn = (side: Side): readonly string[] =>
  linesOn(side)
    .map(([name, type, rdata]) => `${name} ${type} 300 ${rdata}`)
    .sort();

/** 200 names that are there on both sides, half of them type swaps. Asked for A, a CNAME leads to its target. */
export const probes: readonly ProbeQuestion[] = [
  ...numbers(40).map((i) => `stays${i * 7}`),
  ...numbers(60).map((i) => `moves${i * 143}`),
  ...numbers(100).map((i) => `swaps${i * 2 + (i % 2)}`),
].map((name) => ({ name: `${name}.${zone}` }));

/** So that 18,000 changes are three PATCHes. */
export const smallBodies = { 'webserver-max-bodysize': '1' };
