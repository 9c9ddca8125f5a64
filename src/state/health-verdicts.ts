import type { DaemonStore, HealthVerdict } from '../model/daemon-store.ts';
import { guardOf } from '../validation/index.ts';
import { healthVerdictSchema } from './row-schemas.ts';
import type { Table } from './rows.ts';
import { rowsOf } from './rows.ts';
import type { StateWork } from './work.ts';

const verdicts: Table<Omit<HealthVerdict, 'check'>> = {
  name: 'health_verdicts',
  shared: [],
  own: ['health_check'],
  body: guardOf(healthVerdictSchema),
};

const what = 'what health checks found';

type Verdicts = Pick<DaemonStore, 'healthVerdicts' | 'keepHealthVerdicts' | 'forgetHealthVerdicts'>;

/** What the health checker last found of each check. */
export const healthVerdictsIn = (work: StateWork): Verdicts => {
  const rows = rowsOf(work, verdicts);
  return {
    healthVerdicts: () =>
      work.read(what, [], async (sql) =>
        (await rows.read(sql, [], what)).map(({ body, key: [check] }) => ({ check: `${check}`, ...body })),
      ),
    keepHealthVerdicts: (given) =>
      work.write((sql) =>
        rows.put(
          sql,
          [],
          given.map(({ check, checkedAt, isUp, since }) => ({ key: [check], body: { isUp, since, checkedAt } })),
        ),
      ),
    forgetHealthVerdicts: (checks) =>
      work.write((sql) =>
        rows.remove(
          sql,
          [],
          checks.map((check) => [check]),
        ),
      ),
  };
};
