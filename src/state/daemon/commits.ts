import type { DaemonStore, KnownCommits } from '../../model/daemon-store.ts';
import { guardOf } from '../../validation/index.ts';
import type { Table } from '../rows.ts';
import { rowsOf } from '../rows.ts';
import type { StateWork } from '../work.ts';
import { knownCommitsSchema } from './schemas.ts';

const commits: Table<KnownCommits> = {
  name: 'commits',
  shared: ['repository', 'ref'],
  own: [],
  body: guardOf(knownCommitsSchema),
};

const what = 'which commit is in force';

/** The commits of each repository that the daemon has watched. */
export const commitsIn = (work: StateWork): Pick<DaemonStore, 'knownCommits' | 'keepCommits'> => {
  const rows = rowsOf(work, commits);
  return {
    knownCommits: (repository, ref) =>
      work.read(what, null, async (sql) => (await rows.read(sql, [repository, ref], what))[0]?.body ?? null),
    // A restart must go on with the commit that passes have used, also after a loss of power.
    keepCommits: (body) =>
      work.write((sql) => rows.put(sql, [body.repository, body.ref], [{ key: [], body }]), 'durable'),
  };
};
