import type { FastifyRequest } from 'fastify';
import type { TokenScope } from '../../model/daemon-settings.ts';
import { sameText } from '../hooks/signatures.ts';
import { HttpRefusal } from './errors.ts';
import type { Access, ApiToken } from './options.ts';

const local: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Refuses a request that names another Host: a page of a stranger whose name leads here would have one (DNS rebinding). The
 * port may be another, as behind a proxy.
 */
export const checkAuthority = (request: FastifyRequest, { url }: Access): void => {
  const given = onlyOne(request, 'host');
  const name = given === null ? null : hostnameOf(given);
  if (name !== null && (local.has(name) || name === hostnameOfUrl(url))) return;
  throw new HttpRefusal('MISDIRECTED', 'The Host of the request is not one of this daemon: it needs `daemon.url`.');
};

/** A header that is there twice may mean one thing to a proxy and another here: it counts as neither. */
const onlyOne = ({ raw }: FastifyRequest, header: 'authorization' | 'host'): string | null => {
  const [given, ...more] = raw.headersDistinct[header] ?? [];
  return given === undefined || more.length > 0 ? null : given;
};

/** Without the port; null: it is none. */
const hostnameOf = (host: string): string | null =>
  /^(\[[0-9a-f:.]+\]|[^:/@\\?#[\]\s]+)(?::[0-9]{1,5})?$/i.exec(host)?.[1]?.toLowerCase() ?? null;

const hostnameOfUrl = (url: string | null): string | null => (url === null ? null : (URL.parse(url)?.hostname ?? null));

/** Refuses a write that a page of another origin sends; programs send no Origin. */
export const checkOrigin = (request: FastifyRequest, { url }: Access): void => {
  const { origin } = request.headers;
  if (origin === undefined) return;
  const name = hostnameOfUrl(origin);
  if (name !== null && (local.has(name) || name === hostnameOfUrl(url))) return;
  throw new HttpRefusal('FORBIDDEN', 'A page of another origin may write nothing here.');
};

/** Whose token the request has; null: nobody's. Every token is compared, in constant time. */
export const bearerOf = (request: FastifyRequest, { tokens }: Access): ApiToken | null => {
  const given = /^Bearer +([\x21-\x7e]+)$/i.exec(onlyOne(request, 'authorization') ?? '')?.[1];
  if (given === undefined) return null;
  return tokens.filter(({ token }) => sameText(given, token)).find(({ token }) => token !== '') ?? null;
};

export const unauthorized = (): HttpRefusal =>
  new HttpRefusal('UNAUTHORIZED', 'A token is needed: Authorization: Bearer TOKEN.', {
    'www-authenticate': 'Bearer realm="hostmaster"',
  });

export const checkScope = ({ scope }: ApiToken, needed: TokenScope): void => {
  if (needed === 'write' && scope !== 'write') {
    throw new HttpRefusal('FORBIDDEN', 'This token may only read: a token with `scope: write` is needed.');
  }
};
