import { type DaemonDefinitions, type DaemonSecrets, resolveDaemonSecrets } from '../load/index.ts';
import type { Daemon } from './daemon.ts';
import type { Front } from './front.ts';
import { type HttpInterface, listen } from './http/listen.ts';
import type { Access, ApiToken } from './http/options.ts';
import { makeOwnToken } from './http/own-token.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** The HTTP interface of a daemon that runs, and who may speak to it. */
export interface OpenInterface extends HttpInterface {
  /** Takes what the operator's file says now. Throws CONFIG, and leaves all as it is, where that cannot be used. */
  readonly reload: (definitions: DaemonDefinitions) => Promise<void>;
}

export interface InterfaceOptions {
  readonly daemon: Daemon;
  readonly front: Front;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly version: string;
}

export const openInterface = async (
  definitions: DaemonDefinitions,
  { front, log, metrics, version }: InterfaceOptions,
): Promise<OpenInterface> => {
  let access = await accessOf(definitions, null);
  const http = await listen({
    listen: definitions.settings.listen,
    access: () => access,
    clock: { now: Date.now },
    page: new Map(),
    ...{ front, metrics, version },
    log: {
      answered: ({ by, method, milliseconds, route, status }) =>
        log(
          'debug',
          `${method} ${route ?? '(no such path)'} ${status}, ${Math.round(milliseconds)} ms, ${by ?? 'no token'}`,
        ),
      failed: (error) =>
        log(
          'error',
          `an internal error of the HTTP interface, which is a bug: ${error instanceof Error ? error.stack : error}`,
        ),
    },
  });
  return {
    ...http,
    reload: async (next) => {
      access = await accessOf(next, access.tokens.find(({ isMade }) => isMade === true) ?? null);
    },
  };
};

/** `made`: the token that was made at the start, for a daemon that no token is configured for. */
const accessOf = async (definitions: DaemonDefinitions, made: ApiToken | null): Promise<Access> => {
  const secrets = await resolveDaemonSecrets(definitions);
  const { git, settings, state } = definitions;
  const tokens =
    secrets.tokens.length > 0
      ? secrets.tokens.map(({ name, scope, value }) => ({ name, scope, token: value }))
      : [made ?? (await makeOwnToken(`${state}.token`))];
  return {
    url: settings.url,
    tokens,
    metrics: settings.metrics,
    gitHook: gitHookOf(secrets, git?.ref ?? null),
    inventoryHooks: secrets.inventoryHooks,
  };
};

const gitHookOf = ({ gitHook }: DaemonSecrets, ref: string | null): Access['gitHook'] =>
  gitHook === null || ref === null ? null : { secret: gitHook, ref };
