import type { Action, Change, Changeset, Plan, PlannedRRset, Withheld } from '../../src/model/plan.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { Difference } from '../../src/model/result.ts';
import { assemblePlan } from '../../src/plan/index.ts';

export const set = (ttl: number, ...values: readonly string[]): PlannedRRset => ({
  ttl,
  values: values.map((rdata) => ({
    rdata,
    origins: [{ kind: 'zone_file', file: 'zones/example.com.yaml', line: 7, column: 3 }],
  })),
  health_check: null,
});

const change = (
  action: Action,
  name: string,
  type: string,
  before: PlannedRRset | null,
  after: PlannedRRset | null,
) => ({
  action,
  name,
  type,
  before,
  after,
});

export const create = (name: string, type: string, after: PlannedRRset): Change =>
  change('create', name, type, null, after);
export const replace = (name: string, type: string, before: PlannedRRset, after: PlannedRRset): Change =>
  change('replace', name, type, before, after);
export const remove = (name: string, type: string, before: PlannedRRset): Change =>
  change('delete', name, type, before, null);

export const withhold = (held: Change, allow: string | null, reason = 'would leave nothing'): Withheld => ({
  ...held,
  guard: 'never_empty',
  kind: 'refused',
  reason,
  allow,
});

export const changeset = (zone: string, changes: readonly Change[], more: Partial<Changeset> = {}): Changeset => ({
  zone,
  view: null,
  target: 'pdns',
  based_on: '1',
  create_zone: false,
  changes,
  withheld: [],
  unmanaged: [],
  ...more,
});

export const warning = (line: number, message = 'example.com. has no NS'): Problem => ({
  rule: 'apex-ns-undeclared',
  severity: 'warning',
  message,
  file: 'zones/example.com.yaml',
  line,
  column: 1,
});

export const planOf = (changesets: readonly Changeset[], problems: readonly Problem[] = []): Plan =>
  assemblePlan({
    commit: null,
    targets: [{ name: 'pdns', status: 'ok', code: null, message: null }],
    changesets,
    problems,
  });

export const difference = (kind: Difference['kind'], more: Partial<Difference> = {}): Difference => ({
  zone: 'example.com.',
  nameserver: 'ns1.example.com. (192.0.2.1)',
  name: 'www.example.com.',
  type: 'A',
  kind,
  expected: ['300 192.0.2.10'],
  answered: ['300 192.0.2.11'],
  serial: null,
  ...more,
});

export const times = <T>(number: number, make: (i: number) => T): readonly T[] =>
  Array.from({ length: number }, (_, i) => make(i));
