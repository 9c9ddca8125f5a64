import { HostmasterError, type ProviderContext, parseDuration } from '../../src/provider.ts';

/** The keys of a PowerDNS target in hostmaster.yaml; its secret, `api_key`, stands apart. */
export const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['url'],
  properties: {
    url: {
      type: 'string',
      pattern: '^https?://',
      description: "Where PowerDNS's API listens: http://127.0.0.1:8081",
      examples: ['http://127.0.0.1:8081'],
    },
    server: { type: 'string', minLength: 1, default: 'localhost', description: "The server's id in the API." },
    timeout: {
      type: 'string',
      pattern: '^[1-9][0-9]*(?:ms|s|m)$',
      default: '10s',
      description:
        'How long PowerDNS may say nothing; a whole answer may take three times as long. A large write has one more second for each 1,000 changes.',
    },
    rectify: {
      enum: ['auto', 'deferred'],
      default: 'auto',
      description:
        'auto: PowerDNS rectifies a zone after each write. deferred: zones made here are not rectified by each write, which takes half a second in a zone of 100,000 names, but once after those that add or remove names.',
    },
    parallel: {
      type: 'integer',
      minimum: 1,
      maximum: 8,
      description: 'Zones that are written at once. Default is 4 on gpgsql, else 1: SQLite takes one writer.',
      examples: [4],
    },
  },
} as const;

export interface Settings {
  readonly url: string;
  readonly server: string;
  readonly key: string;
  readonly timeout: number;
  readonly deferred: boolean;
  readonly parallel: number | null;
}

export const settingsOf = ({ config, secrets }: ProviderContext): Settings => {
  const text = (name: string, fallback: string): string => {
    const value = config[name];
    return typeof value === 'string' ? value : fallback;
  };
  const { api_key: key = '' } = secrets;
  if (key === '') throw unusable('api_key is missing: name it as {env: NAME} or {file: PATH}');
  return {
    url: checkedUrl(text('url', '')),
    server: text('server', 'localhost'),
    key,
    timeout: milliseconds(text('timeout', '10s')),
    deferred: config.rectify === 'deferred',
    parallel: typeof config.parallel === 'number' ? config.parallel : null,
  };
};

const checkedUrl = (text: string): string => {
  if (!URL.canParse(text)) throw unusable('url is not a URL: write http://HOST:8081');
  const { password, protocol, username } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') throw unusable('url is neither http nor https');
  if (`${username}${password}` !== '') throw unusable('url holds a user name or a password: only api_key is used');
  return text;
};

const milliseconds = (span: string): number => {
  const time = parseDuration(span);
  if (time === null) throw unusable(`timeout: ${span} is no time span: write 10s`);
  return time;
};

const unusable = (why: string): HostmasterError => new HostmasterError('CONFIG', `a powerdns target: ${why}`);
