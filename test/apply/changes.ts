import type { Origin } from '../../src/model/origin.ts';
import type { AtomicSet, Change, Changeset, PlannedRRset } from '../../src/model/plan.ts';

/** `300 192.0.2.1 | 192.0.2.2`; a value may name its server: `192.0.2.1@web1`. */
export const planned = (line: string): PlannedRRset => {
  const [ttl = '', ...rest] = line.split(' ');
  const values = rest.join(' ').split(' | ');
  return {
    ttl: Number(ttl),
    values: values.map((value) => {
      const [rdata = '', server] = value.split('@');
      return { rdata, origins: server === undefined ? [] : [claimOf(server)] };
    }),
    health_check: null,
  };
};

const claimOf = (server: string): Origin => ({
  kind: 'claim',
  inventory: 'lab',
  server,
  label: 'mail',
  file: 'labels.yaml',
  line: 1,
  column: 1,
});

/** The change of `name type` from one line to another; '' is nothing. */
export const change = (key: string, before: string, after: string): Change => {
  const [name = '', type = ''] = key.split(' ');
  return {
    action: before === '' ? 'create' : after === '' ? 'delete' : 'replace',
    name,
    type,
    before: before === '' ? null : planned(before),
    after: after === '' ? null : planned(after),
  };
};

export const changeset = (zone: string, changes: readonly Change[], target = 'pdns'): Changeset => ({
  zone,
  view: null,
  target,
  based_on: null,
  create_zone: false,
  changes: [...changes].sort((a, b) => (`${a.name} ${a.type}` < `${b.name} ${b.type}` ? -1 : 1)),
  withheld: [],
  unmanaged: [],
});

const refs = (keys: readonly string[], changesets: readonly Changeset[]) =>
  keys.flatMap((key) =>
    changesets
      .filter(({ changes }) => changes.some(({ name, type }) => `${name} ${type}` === key))
      .map(({ zone, view, target }) => {
        const [name = '', type = ''] = key.split(' ');
        return { zone, view, target, name, type };
      }),
  );

/** The set of a server by the names and types of its members and claims, wherever the changesets have them. */
export const setOf = (
  server: string,
  members: readonly string[],
  changesets: readonly Changeset[],
  claims: readonly string[] = [],
): AtomicSet => ({ inventory: 'lab', server, members: refs(members, changesets), claims: refs(claims, changesets) });
