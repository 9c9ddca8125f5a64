import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Ended, hostmaster } from '../command.ts';
import { tempFolder } from '../servers/child.ts';
import type { PowerDns } from '../servers/index.ts';
import { secretOf } from '../servers/secret.ts';

// A real repository that the real command runs on.

/** What hostmaster.yaml says of a PowerDNS target: its API by way of `url`, its key in the environment. */
export const targetOf = (
  pdns: Pick<PowerDns, 'apiKey' | 'dns' | 'url'>,
  extra: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => {
  return {
    provider: 'powerdns',
    url: pdns.url,
    api_key: secretOf(pdns.apiKey),
    verify_at: [`${pdns.dns.address}:${pdns.dns.port}`],
    verify_wait: '5s',
    timeout: '20s',
    ...extra,
  };
};

export interface Repository {
  readonly folder: string;
  /** hostmaster.yaml's path. */
  readonly config: string;
  /** Writes a file of it, over the one before. */
  write(path: string, text: string): void;
  /** Reads a file of it. */
  read(path: string): string;
  /** Runs a command on it. */
  run(...args: readonly string[]): Promise<Ended>;
}

export interface RepositoryOptions {
  readonly targets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** A zone's settings by its name; all targets, where they name none. */
  readonly zones: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Zone files by the zone's name without the final dot, as YAML. */
  readonly files?: Readonly<Record<string, string>>;
  readonly guards?: Readonly<Record<string, unknown>>;
  /** Other keys of hostmaster.yaml. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A repository in a temp folder. */
export const makeRepository = ({
  files = {},
  guards = {},
  more = {},
  targets,
  zones,
}: RepositoryOptions): Repository => {
  const folder = tempFolder('repository');
  const config = join(folder, 'hostmaster.yaml');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const withTargets = Object.entries(zones).map(([name, zone]) => [name, { targets: Object.keys(targets), ...zone }]);
  const settings = { state: 'state.sqlite', targets, zones: Object.fromEntries(withTargets), guards, ...more };
  write('hostmaster.yaml', JSON.stringify(settings, null, 2));
  for (const [zone, text] of Object.entries(files)) write(`zones/${zone}.yaml`, text);
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  return { folder, config, write, read, run: (...args) => hostmaster([...args, '--config', config]) };
};

/** As if the time were over in which what a killed apply had sent could still arrive. */
export const forgetUnanswered = (folder: string): void => {
  const state = new DatabaseSync(join(folder, 'state.sqlite'));
  state.exec('UPDATE leases SET unanswered_until = NULL');
  state.close();
};
