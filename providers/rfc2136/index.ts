import { canonicalServer, HostmasterError, type Provider, type ProviderFactory } from '../../src/provider.ts';
import { extraTimeFor, openApi } from './api.ts';
import { listZones, markOf, readZone, type Session } from './read.ts';
import { schema, secrets, settingsOf } from './settings.ts';
import { cutChanges } from './split-update.ts';
import { howZonesAreDeleted, howZonesAreMade, supportsOf } from './supports.ts';
import { applyWrite } from './write.ts';

/** Name servers that take UPDATE and give transfers (BIND, Knot): RFC 2136, RFC 8945, RFC 5936, RFC 1995. */
export const factory: ProviderFactory = {
  apiVersion: 1,
  name: 'rfc2136',
  schema,
  secrets,
  serverId: ({ config }) => JSON.stringify([canonicalServer(String(config.host)), config.port ?? 53]),
  open: async (context) => {
    const settings = settingsOf(context);
    const onDebug = context.onDebug ?? (() => undefined);
    const api = openApi(settings, onDebug);
    const session: Session = { api, settings, contents: new Map(), levels: new Map(), onDebug };
    return providerOf(session);
  },
};

const providerOf = (session: Session): Provider => {
  const supports = supportsOf(session.settings);
  const cannot = (what: string, how: string): HostmasterError =>
    new HostmasterError('WRITE_REFUSED', `${what} at ${session.api.where}: ${how}`);
  return {
    supports,
    listZones: (signal) => listZones(session, signal),
    read: (zone, options = {}) => readZone(session, zone, options),
    cut: (zone, changes) => cutChanges(zone.name, changes, session.api.limit),
    apply: (write, signal, sending) => applyWrite(session, write, signal, sending),
    writeTimeout: (changes) => session.settings.timeout + extraTimeFor(changes),
    mark: async ({ name }, mark) => markOf(session, name) ?? mark,
    createZone: async ({ name }) => {
      throw cannot(`${name} cannot be made`, howZonesAreMade);
    },
    deleteZone: async ({ name }) => {
      throw cannot(`${name} cannot be deleted`, howZonesAreDeleted);
    },
  };
};
