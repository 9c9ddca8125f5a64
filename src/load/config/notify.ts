import { listed } from '../../model/phrases.ts';
import type { DaemonEntry } from '../schema/daemon.ts';
import { type Config, reportAt, reportAtKey } from './config.ts';

type Notify = NonNullable<DaemonEntry['notify']>[number];

interface KeysOfType {
  readonly needs: readonly (keyof Notify)[];
  readonly takes: readonly (keyof Notify)[];
}

const ofAll = ['type', 'on', 'values'] as const;
const keysOfType: Readonly<Record<Notify['type'], KeysOfType>> = {
  slack: { needs: ['url'], takes: [] },
  webhook: { needs: ['url'], takes: ['secret'] },
  mail: { needs: ['smtp', 'from', 'to'], takes: ['password'] },
};

/** Checks `daemon.notify`, and says that nothing comes of it yet. */
export const checkNotify = (config: Config, entries: readonly Notify[]): void => {
  entries.forEach((entry, i) => {
    const path = ['daemon', 'notify', i];
    const where = path.join('.');
    const { needs, takes } = keysOfType[entry.type];
    const known: readonly string[] = [...ofAll, ...needs, ...takes];
    const missing = needs.filter((key) => entry[key] === undefined);
    if (missing.length > 0) {
      reportAt(config, 'config-syntax', `${where}: ${entry.type} needs ${listed(missing)}; add it`, path);
    }
    for (const key of Object.keys(entry).filter((key) => !known.includes(key))) {
      const message = `${where}: "${key}" is no key of ${entry.type}; its keys are ${listed(known)}`;
      reportAtKey(config, 'config-syntax', message, [...path, key]);
    }
    checkServer(config, entry, [...path, 'smtp']);
  });
  const message = 'daemon: "notify" is not used yet, so that nobody is told anything; the rest of "daemon" is';
  reportAtKey(config, 'not-yet', message, ['daemon', 'notify']);
};

const checkServer = (config: Config, { smtp }: Notify, path: readonly (string | number)[]): void => {
  if (smtp === undefined) return;
  const url = /^smtps?:\/\//i.test(smtp) ? URL.parse(smtp) : null;
  const where = path.slice(0, -1).join('.');
  if (url === null || url.hostname === '') {
    reportAt(config, 'config-syntax', `${where}: "smtp" must be an address like smtps://mail.example.net`, path);
  } else if (url.password !== '') {
    const message = `${where}: "smtp" has a password in it; take it out, and write "password: {env: NAME}"`;
    reportAt(config, 'secret-literal', message, path);
  }
};
