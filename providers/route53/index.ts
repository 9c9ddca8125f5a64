import { canonicalUrl, type Provider, type ProviderFactory } from '../../src/provider.ts';
import { accountRateLimits } from './account-rate-limits.ts';
import { openApi } from './api.ts';
import { delegationOf } from './delegation.ts';
import { nativeChecks } from './health.ts';
import { cleanUpChecks } from './health-check-cleanup.ts';
import { expectZones, findZone, listZones, newSession, type Session } from './hosted-zones.ts';
import { cutChanges } from './limits.ts';
import { readZone } from './read.ts';
import { schema, settingsOf } from './settings.ts';
import { supportsOf } from './supports.ts';
import { waitInSync } from './wait-insync.ts';
import { applyWrite } from './write.ts';
import { createZone, deleteZone } from './zones.ts';

/** Amazon Route 53, by its API. The targets that one factory opens share the request rate of their account. */
export const route53 = (): ProviderFactory => {
  const rateLimits = accountRateLimits();
  return {
    apiVersion: 1,
    name: 'route53',
    schema,
    secrets: [],
    // Of an account its keys say nothing that lasts; the ids of its zones do.
    stateId: ({ config }) => (typeof config.endpoint === 'string' ? canonicalUrl(config.endpoint) : 'at AWS'),
    open: async (context) => {
      const settings = settingsOf(context);
      return providerOf(newSession(await openApi(settings, rateLimits), settings));
    },
  };
};

const providerOf = (session: Session): Provider => ({
  supports: supportsOf(session.settings),
  listZones: (signal) => listZones(session, signal),
  expect: (zones, signal) => expectZones(session, zones, signal),
  read: (zone, options = {}) => readZone(session, zone, options),
  cut: (zone, changes) => cutChanges(zone.name, changes, session.stored.get(zone.name) ?? new Map()),
  apply: (write, signal, sending) => applyWrite(session, write, signal, sending),
  writeTimeout: () => session.settings.timeout,
  finish: async (zone, changes, signal, stopping) => {
    await waitInSync(session, zone, signal, stopping);
    // What is left of the checks is removed by a later pass.
    if (stopping?.aborted !== true) await cleanUpChecks(session, zone, changes, stopping ?? signal);
  },
  nativeChecks,
  zoneId: async ({ name }, signal) => (await findZone(session, name, signal))?.id ?? null,
  createZone: (zone, _settings, signal) => createZone(session, zone, signal),
  deleteZone: (zone, signal) => deleteZone(session, zone, signal),
  delegation: (zone, signal) => delegationOf(session, zone, signal),
  close: async () => session.api.close(),
});
