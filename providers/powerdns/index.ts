import { canonicalUrl, type HealthChecks, type Provider, type ProviderFactory } from '../../src/provider.ts';
import { type Api, openApi } from './api.ts';
import { prefetchZones } from './bulk-read.ts';
import { healthChecksOf } from './health.ts';
import { listZones, readZone, type Session } from './read.ts';
import { finishRectify } from './rectify.ts';
import { schema, settingsOf } from './settings.ts';
import { type ServerConfig, supportsOf } from './supports.ts';
import { applyWrite, createZone, deleteZone, markZone } from './write.ts';

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
      return provider({ api, deferred: settings.deferred, ...known }, supports, healthChecksOf(config));
    } catch (error) {
      await api.close();
      throw error;
    }
  },
};

const provider = (session: Session, supports: Provider['supports'], healthChecks: HealthChecks): Provider => ({
  supports,
  healthChecks,
  listZones: (signal) => listZones(session, signal),
  expect: (zones, signal) => prefetchZones(session, zones, signal),
  read: (zone, options = {}) => readZone(session, zone, options),
  apply: (write, signal) => applyWrite(session, write, signal),
  finish: (zone, _changes, signal) => finishRectify(session, zone, signal),
  mark: (zone, mark, signal) => markZone(session, zone, mark, signal),
  createZone: (zone, settings, signal) => createZone(session, zone, settings, signal),
  deleteZone: (zone, signal) => deleteZone(session, zone, signal),
  close: () => session.api.close(),
});

const readConfig = async (api: Api, signal: AbortSignal | undefined): Promise<ServerConfig> => {
  const reply = await api.repeat('GET', '/config', { signal });
  if (reply.status !== 200) throw api.errorFor('GET', '/config', reply);
  const list = api.json('GET', '/config', reply);
  const config = new Map(
    (Array.isArray(list) ? list : []).map(({ name, value }: { name?: unknown; value?: unknown }) => [
      String(name),
      String(value),
    ]),
  );
  if (!config.has('launch'))
    throw api.notPowerDns('GET', '/config', 'its answer is not that of an authoritative server');
  return config;
};
