import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import {
  HostmasterError,
  messageOf,
  type ProviderContext,
  parseAbsolute,
  parseDuration,
  SyntaxProblem,
} from '../../src/provider.ts';
import type { StreamServer } from '../../src/wire/stream.ts';
import type { TlsSettings } from '../../src/wire/tls.ts';
import { createTsigKey, type TsigKey, tsigAlgorithms } from '../../src/wire/tsig-key.ts';

const port = { type: 'integer', minimum: 1, maximum: 65_535 } as const;
const text = { type: 'string', minLength: 1 } as const;

const tsig = (description: string) =>
  ({
    type: 'object',
    required: ['name'],
    additionalProperties: false,
    description,
    examples: [{ name: 'hostmaster.', secret: { env: 'TSIG_SECRET' } }],
    properties: {
      name: { ...text, description: "The key's name, as the name server has it.", examples: ['hostmaster.'] },
      algorithm: {
        ...text,
        default: 'hmac-sha256',
        description: `${tsigAlgorithms.join(', ')}; cut as BIND writes it: hmac-sha256-128.`,
      },
      secret: {
        description: 'Its secret in base64, as {env: NAME} or {file: PATH}.',
        examples: [{ env: 'TSIG_SECRET' }],
      },
    },
  }) as const;

/** The keys of a target in hostmaster.yaml; its secrets are taken out before it is checked. */
export const schema = {
  type: 'object',
  required: ['host', 'tsig'],
  properties: {
    host: {
      ...text,
      description: 'The primary name server, that takes the updates: its address or name.',
      examples: ['192.0.2.1'],
    },
    port: { ...port, default: 53, description: 'Its port for DNS over TCP; with tls, for DNS over TLS (853).' },
    tsig: tsig('The key that signs updates (RFC 8945).'),
    transfer_tsig: tsig('The key that signs transfers. Default is tsig.'),
    transfer_host: {
      ...text,
      description: 'The name server that zones are read from. Default is host.',
      examples: ['192.0.2.2'],
    },
    transfer_port: { ...port, description: 'Its port. Default is 53, or that of host.', examples: [53] },
    primaries: {
      type: 'array',
      items: { type: 'string', pattern: '^(\\[[0-9a-fA-F:.]+\\]|[^\\s:\\[\\]]+):[0-9]{1,5}$' },
      description: 'More primaries, as 192.0.2.1:53, each for when those before it cannot be reached.',
      examples: [['192.0.2.2:53']],
    },
    tls: {
      type: 'object',
      additionalProperties: false,
      description: 'Speak DNS over TLS with all of them (RFC 9103).',
      examples: [{ name: 'ns1.example.net', authorities: 'ca.pem' }],
      properties: {
        name: {
          ...text,
          description: 'The name in their certificate. Default is host.',
          examples: ['ns1.example.net'],
        },
        authorities: {
          ...text,
          description: "A PEM file of who may sign it. Default is the system's.",
          examples: ['ca.pem'],
        },
        pins: {
          type: 'array',
          minItems: 1,
          items: text,
          description: 'SHA-256 hashes of their public keys in base64, instead.',
          examples: [['rrV6CLCCvqnk89gWibYT0JO6fNQ8cCit7GGoiVTjCOg=']],
        },
      },
    },
    timeout: {
      type: 'string',
      pattern: '^[1-9][0-9]*(?:ms|s|m)$',
      default: '10s',
      description: 'How long a name server may say nothing. A large update has one more second for each 1,000 records.',
    },
    max_values: {
      type: 'integer',
      minimum: 1,
      maximum: 65_535,
      default: 100,
      description: "The most values of one RRset: BIND's max-records-per-type, whose default this is.",
    },
    parallel: { type: 'integer', minimum: 1, maximum: 32, default: 4, description: 'Zones that are written at once.' },
    zones_from: {
      type: 'object',
      required: ['catalog'],
      additionalProperties: false,
      description: 'Where its list of zones is. Default is to ask for its zones in hostmaster.yaml.',
      examples: [{ catalog: 'catalog.example.net' }],
      properties: {
        catalog: { ...text, description: 'The name of a catalog zone (RFC 9432).', examples: ['catalog.example.net'] },
      },
    },
  },
} as const;

export const secrets = ['tsig.secret', 'transfer_tsig.secret'] as const;

export interface Settings {
  /** Who takes updates, in the order in which they are tried. */
  readonly primaries: readonly StreamServer[];
  /** Who gives zones; null: the primaries. */
  readonly transfer: StreamServer | null;
  readonly key: TsigKey;
  readonly transferKey: TsigKey;
  /** Milliseconds. */
  readonly timeout: number;
  readonly maxValues: number;
  readonly parallel: number;
  readonly catalog: string | null;
  /** Zones that may be there, where no catalog says. */
  readonly zones: readonly string[];
}

export const settingsOf = (context: ProviderContext): Settings => {
  const { config, secrets: secret } = context;
  const { host, timeout, transfer_host: transferHost, transfer_tsig: transferTsig } = config;
  if (typeof host !== 'string') throw unusable('host is missing');
  const mainPort = numberOf(config.port, 53);
  const tls = tlsOf(context, host);
  const server = (address: string, number: number): StreamServer => ({
    address,
    port: number,
    ...(tls === null ? {} : { tls }),
  });
  const more = Array.isArray(config.primaries) ? config.primaries.map(String).map(endpointOf) : [];
  const key = keyOf('tsig', config.tsig, secret['tsig.secret']);
  const ownTransfer = typeof transferHost === 'string' || config.transfer_port !== undefined;
  return {
    primaries: [server(host, mainPort), ...more.map(({ address, number }) => server(address, number))],
    transfer: ownTransfer
      ? server(
          typeof transferHost === 'string' ? transferHost : host,
          numberOf(config.transfer_port, typeof transferHost === 'string' ? 53 : mainPort),
        )
      : null,
    key,
    transferKey:
      transferTsig === undefined ? key : keyOf('transfer_tsig', transferTsig, secret['transfer_tsig.secret']),
    timeout: milliseconds(typeof timeout === 'string' ? timeout : '10s'),
    maxValues: numberOf(config.max_values, 100),
    parallel: numberOf(config.parallel, 4),
    catalog: catalogOf(config.zones_from),
    zones: context.zones ?? [],
  };
};

const keyOf = (what: string, value: unknown, secret: string | undefined): TsigKey => {
  const { algorithm, name } = recordOf(value);
  if (typeof name !== 'string') throw unusable(`${what}.name is missing`);
  if (name.includes(':')) throw unusable(`${what}.name has a ":" in it: algorithm and secret have keys of their own`);
  if (secret === undefined) throw unusable(`${what}.secret is missing: name it as {env: NAME} or {file: PATH}`);
  return readable(what, () => createTsigKey({ name, secret, ...(typeof algorithm === 'string' ? { algorithm } : {}) }));
};

const tlsOf = ({ config, folder }: ProviderContext, host: string): TlsSettings | null => {
  if (config.tls === undefined) return null;
  const { authorities, name, pins } = recordOf(config.tls);
  const own = typeof name === 'string' ? { name } : {};
  if (Array.isArray(pins)) return { trust: { by: 'pin', pins: pins.map(String), ...own } };
  const file = typeof authorities === 'string' ? { authorities: textOf(resolve(folder, authorities)) } : {};
  return { trust: { by: 'certificate', name: host, ...own, ...file } };
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unusable(`tls.authorities cannot be read: ${messageOf(error)}`);
  }
};

const catalogOf = (value: unknown): string | null => {
  const { catalog } = recordOf(value);
  return typeof catalog === 'string' ? readable('zones_from.catalog', () => parseAbsolute(catalog)) : null;
};

const readable = <T>(what: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxProblem) throw unusable(`${what}: ${error.message}`);
    throw error;
  }
};

/** `192.0.2.1:53`, `[2001:db8::1]:53` or `ns1.example.com:53`. */
const endpointOf = (value: string): { readonly address: string; readonly number: number } => {
  const [, bracketed, bare = '', digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(value) ?? [];
  const number = Number(digits);
  const isAddress = bracketed === undefined ? bare !== '' : isIP(bracketed) === 6;
  if (!isAddress || number < 1 || number > 65_535) throw unusable(`primaries: ${value} is no address and port`);
  return { address: bracketed ?? bare, number };
};

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' ? { ...value } : {};

const numberOf = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

const milliseconds = (span: string): number => {
  const time = parseDuration(span);
  if (time === null) throw unusable(`timeout: ${span} is no time span: write 10s`);
  return time;
};

const unusable = (why: string): HostmasterError => new HostmasterError('CONFIG', `an rfc2136 target: ${why}`);
