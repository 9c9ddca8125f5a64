import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { WireError } from './errors.ts';

/** How a server proves over TLS that it is the right one (RFC 9103 section 9.3). One of the two has to hold. */
export type TlsTrust =
  /** Its certificate is for this name or address, and from one of these authorities. Default is the system's. */
  | { readonly by: 'certificate'; readonly name: string; readonly authorities?: string }
  /** Its public key has one of these SHA-256 hashes, in base64 (RFC 7858 section 4.2, RFC 7469). */
  | { readonly by: 'pin'; readonly pins: readonly string[]; readonly name?: string };

export interface TlsSettings {
  readonly trust: TlsTrust;
  /** Default is that the server has to say that it speaks DNS (ALPN `dot`, RFC 9103 section 7.1). */
  readonly alpn?: 'required' | 'offered';
}

/** Begins a TLS connection; `checkTls` has to agree to it before anything is sent. */
export const connectTls = (
  server: { readonly address: string; readonly port: number },
  tls: TlsSettings,
): TLSSocket => {
  const { trust } = tls;
  const options: ConnectionOptions = {
    host: server.address,
    port: server.port,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['dot'],
    // With a pin the key itself is checked, whoever signed it.
    rejectUnauthorized: trust.by === 'certificate',
    ...(trust.name === undefined || isIP(trust.name) !== 0 ? {} : { servername: trust.name }),
    ...(trust.by === 'certificate' && trust.authorities !== undefined ? { ca: trust.authorities } : {}),
  };
  return connect(trust.by === 'certificate' && isIP(trust.name) !== 0 ? { ...options, ...named(trust.name) } : options);
};

/** Null where the server is the one that was asked for; the error otherwise. */
export const checkTls = (socket: TLSSocket, { alpn = 'required', trust }: TlsSettings): WireError | null => {
  const chosen = socket.alpnProtocol;
  if (chosen !== 'dot' && (alpn === 'required' || typeof chosen === 'string')) {
    return new WireError('tls', 'the server does not offer DNS over TLS (ALPN "dot")', { sent: false });
  }
  if (trust.by === 'certificate') return null;
  const pin = pinOf(socket);
  if (pin !== null && trust.pins.includes(pin)) return null;
  return new WireError('tls', `the public key of the server has none of the pins: it is ${pin}`, { sent: false });
};

const pinOf = (socket: TLSSocket): string | null => {
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  return key === undefined ? null : createHash('sha256').update(key).digest('base64');
};

/** A certificate for an address: no server name is sent (RFC 6066 section 3), but the address is checked. */
const named = (address: string): ConnectionOptions => ({
  checkServerIdentity: (_host, certificate) => checkServerIdentity(address, certificate),
});
