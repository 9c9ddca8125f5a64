import { isWithin } from '../../model/name.ts';
import { typesWhere } from '../../model/rr-types.ts';
import type { RRset } from '../../model/rrset.ts';
import { nameAndType, type RRsetRule, type Violation, violation, type ZoneRule } from '../rule.ts';
import type { ZoneIndex } from '../zone-index.ts';

const follows = new Set(typesWhere((traits) => traits.follows === true));

const nextInChain = (rrset: RRset, zone: ZoneIndex): RRset | null => {
  const found = zone.lookup(rrset.values[0]?.rdata ?? '.');
  return typeof found === 'string' ? null : (found.find(({ type }) => follows.has(type)) ?? null);
};

/** Every chain is walked once: what an earlier walk has seen leads to no new loop. */
const loopsOf = (zone: ZoneIndex): readonly (readonly RRset[])[] => {
  const loops: (readonly RRset[])[] = [];
  const seen = new Set<RRset>();
  for (const start of zone.zone.rrsets) {
    if (!follows.has(start.type) || seen.has(start)) continue;
    const path: RRset[] = [];
    let at: RRset | null = start;
    while (at !== null && !seen.has(at)) {
      seen.add(at);
      path.push(at);
      at = nextInChain(at, zone);
    }
    const from = at === null ? -1 : path.indexOf(at);
    if (from !== -1) loops.push(path.slice(from));
  }
  return loops;
};

/** Beginning at one of its members; of a long one only the first names. */
const describeLoop = (loop: readonly RRset[], from: number): string => {
  const shown = loop.length > 5 ? 4 : loop.length;
  const names = Array.from({ length: shown }, (_, i) => loop[(from + i) % loop.length]?.name);
  return [...names, ...(shown < loop.length ? ['…'] : []), names[0]].join(' → ');
};

export const cnameLoop: ZoneRule = {
  id: 'cname-loop',
  severity: 'error',
  summary: 'CNAMEs or ALIASes of the zone lead to each other in a circle, wildcards followed.',
  octodns: 'refuses; does not follow wildcards',
  namedCheckzone: 'accepts',
  why: 'No resolver gets an answer.',
  scope: 'zone',
  check: (zone) => {
    const violations: Violation[] = [];
    for (const loop of loopsOf(zone)) {
      loop.forEach((rrset, i) => {
        const message = `${nameAndType(rrset)} is part of a loop (${describeLoop(loop, i)}), which no resolver can follow; point one of them elsewhere`;
        violations.push({ ...violation(message), rrset });
      });
    }
    return violations.length === 0 ? null : violations;
  },
};

export const dnameLoop: RRsetRule = {
  id: 'dname-loop',
  severity: 'error',
  summary: 'A DNAME leads to itself or below itself.',
  octodns: 'accepts',
  namedCheckzone: 'accepts',
  why: 'No resolver gets an answer.',
  scope: 'rrset',
  types: ['DNAME'],
  check: (rrset) =>
    rrset.values.some(({ rdata }) => isWithin(rdata, rrset.name))
      ? [
          violation(
            `${nameAndType(rrset)} points to itself or below itself, which no resolver can follow; point it elsewhere`,
          ),
        ]
      : null,
};
