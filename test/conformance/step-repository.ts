import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Group, Step, Wanted } from './suite.ts';

// A group's step as a repository: hostmaster.yaml and one zone file, JSON being YAML.

/** The name that every repository gives its one target. */
export const targetName = 'target';

/** What hostmaster.yaml says of the target: `provider` and that provider's keys. */
export type TargetConfig = Readonly<Record<string, unknown>>;

/** Writes the repository of a step over the one of the step before; gives hostmaster.yaml's path. */
export const writeRepository = (folder: string, target: TargetConfig, group: Group, step: Step): string => {
  mkdirSync(join(folder, 'zones'), { recursive: true });
  const base = join(folder, 'zones', group.zone.replace(/\.$/, '').replaceAll('/', '%2F'));
  for (const format of ['yaml', 'zone']) rmSync(`${base}.${format}`, { force: true });
  writeFileSync(`${base}.${step.file?.format ?? 'yaml'}`, step.file?.text ?? JSON.stringify(yamlOf(step.records)));
  const config = join(folder, 'hostmaster.yaml');
  writeFileSync(config, JSON.stringify(configOf(target, group)));
  return config;
};

const configOf = (target: TargetConfig, group: Group): unknown => ({
  state: 'state.sqlite',
  targets: { [targetName]: { verify_wait: '5s', ...target } },
  zones: {
    [group.zone]: {
      targets: [targetName],
      create: { kind: 'Native', ns: ['ns1.example.net.'], soa_edit_api: 'INCREASE' },
      ...group.settings,
    },
  },
  guards: { max_delete_percent: 100, max_replace_percent: 100 },
});

const yamlOf = (records: readonly Wanted[]): Readonly<Record<string, unknown>> => {
  const byKey = Map.groupBy(records, ({ key }) => key);
  return Object.fromEntries(
    byKey
      .entries()
      .map(([key, wanted]) => [
        key,
        wanted.map(({ ttl, type, values }) => ({ type, ttl, values: values.map(({ yaml }) => yaml) })),
      ]),
  );
};
