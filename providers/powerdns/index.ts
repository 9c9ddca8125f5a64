import { canonicalUrl, type HealthChecks, type Provider, type ProviderFactory } from '../../src/provider.ts';
import { settingsIn } from './answers.ts';
import { type Api, openApi } from './api.ts';
import { prefetchZones } from './bulk-read.ts';
import { createZone } from './create-zone.ts';
import { healthChecksOf } from './health.ts';
import { listZones, readZone, type Session } from './read.ts';
import { finishRectify } from './rectify.ts';
import { schema, settingsOf } from './settings.ts';
import { type ServerConfig, supportsOf } from './supports.ts';
import { applyWrite, deleteZone, extraTimeFor, markZone } from './write.ts';

/** PowerDNS Authoritative, by its HTTP API. */
export const factory: ProviderFactory = {
  apiVersion: 1,
  name: 'powerdns',
  schema,
  secrets: ['api_key'],
  serverId: ({ config }) =>
    JSON.stringify([canonicalUrl(String(config.url)).replace(/\/api\/v1$/, ''), config.server ?? 'localhost']),
  open: async (context) => {
    const settings = settingsOf(context);
    const api = await openApi(settings);
    try {
      const config = await readConfig(api, context.signal);
      const supports = supportsOf(config, settings.parallel);
      const known = { metadata: new Map(), listed: null, prefetched: new Map(), pendingRectify: new Map() };
      const session = { api, deferred: settings.deferred, ...known };
      return provider(session, supports, healthChecksOf(config), settings.timeout);
    } catch (error) {
      await api.close();
      throw error;
    }
  },
};

const provider = (
  session: Session,
  supports: Provider['supports'],
  healthChecks: HealthChecks,
  timeout: number,
): Provider => ({
  supports,
  healthChecks,
  listZones: (signal) => listZones(session, signal),
  expect: (zones, signal) => prefetchZones(session, zones, signal),
  read: (zone, options = {}) => readZone(session, zone, options),
  apply: (write, signal, sending) => applyWrite(session, write, signal, sending),
  writeTimeout: (changes) => timeout + extraTimeFor(changes),
  finish: (zone, _changes, signal) => finishRectify(session, zone, signal),
  mark: (zone, mark, signal) => markZone(session, zone, mark, signal),
  createZone: (zone, settings, signal) => createZone(session, zone, settings, signal),
  deleteZone: (zone, signal) => deleteZone(session, zone, signal),
  close: () => session.api.close(),
});

const readConfig = async (api: Api, signal: AbortSignal | undefined): Promise<ServerConfig> => {
  const reply = await api.repeat('GET', '/config', { signal });
  if (reply.status !== 200) throw api.errorFor('GET', '/config', reply);
  const config = settingsIn(api.json('GET', '/config', reply));
  if (typeof config === 'string') throw api.notPowerDns('GET', '/config', config);
  return config;
};
