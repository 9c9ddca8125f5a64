import {
  HostmasterError,
  type ProviderContext,
  parseAbsolute,
  parseDuration,
  SyntaxProblem,
} from '../../src/provider.ts';
import type { Rate } from './token-bucket.ts';

const text = { type: 'string', minLength: 1 } as const;
const span = { type: 'string', pattern: '^[1-9][0-9]*(?:ms|s|m)$' } as const;

/** The keys of a target in hostmaster.yaml. It has no secret: credentials are found as every AWS tool finds them. */
export const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    profile: {
      ...text,
      description: 'The profile of ~/.aws/config. Default is what AWS_PROFILE says.',
      examples: ['dns'],
    },
    region: {
      ...text,
      description: 'Default is AWS_REGION, else us-east-1. It matters for AWS in China and GovCloud.',
      examples: ['cn-northwest-1'],
    },
    endpoint: {
      type: 'string',
      pattern: '^https?://',
      description: "Where the API is. Default is AWS's own.",
      examples: ['http://127.0.0.1:5000'],
    },
    zone_ids: {
      type: 'object',
      additionalProperties: { type: 'string', pattern: '^(?:/hostedzone/)?[A-Z0-9]{1,32}$' },
      description: 'Ids of hosted zones by zone name, for a name that the account has more than once.',
      examples: [{ 'example.com': 'Z0123456789' }],
    },
    vpc: {
      type: 'object',
      required: ['id', 'region'],
      additionalProperties: false,
      description:
        "The target's zones are the private ones of this VPC. Default is all; those made here are then public.",
      examples: [{ id: 'vpc-0123456789abcdef0', region: 'eu-central-1' }],
      properties: {
        id: { ...text, description: "The VPC's id.", examples: ['vpc-0123456789abcdef0'] },
        region: { ...text, description: 'The region that it is in.', examples: ['eu-central-1'] },
      },
    },
    requests_per_second: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1_000,
      default: 10,
      description: 'The most requests a second for this account; fewer after each throttle.',
    },
    burst: {
      type: 'integer',
      minimum: 1,
      maximum: 1_000,
      default: 40,
      description: 'Requests that may go out at once, after a pause.',
    },
    timeout: {
      ...span,
      default: '30s',
      description: 'How long AWS may take to answer a request; the rest of the answer may take as long again.',
    },
    sync_wait: {
      ...span,
      default: '3m',
      description: 'How long a change may take until every name server of Route 53 has it.',
    },
    verify: {
      enum: ['dns', 'api'],
      default: 'dns',
      description:
        "How a write is proven: by asking the zone's name servers, or by reading it back. Private zones are read back in any case, unless verify_at is set.",
    },
    health_check_grace: {
      ...span,
      default: '60s',
      description: 'How long a health check that a killed run left must be without use before it is removed.',
    },
    parallel: {
      type: 'integer',
      minimum: 1,
      maximum: 256,
      default: 64,
      description: 'Zones that are written at once: most of the time each waits until its changes have arrived.',
    },
  },
} as const;

export interface Settings {
  readonly profile: string | null;
  readonly region: string;
  readonly endpoint: string | null;
  /** Hosted zones' ids by zone name. */
  readonly zoneIds: ReadonlyMap<string, string>;
  readonly vpc: { readonly id: string; readonly region: string } | null;
  readonly rate: Rate;
  /** Milliseconds. */
  readonly timeout: number;
  readonly syncWait: number;
  readonly verify: 'dns' | 'api';
  readonly checkGrace: number;
  readonly parallel: number;
}

export const settingsOf = (
  { config }: ProviderContext,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Settings => ({
  profile: textOf(config.profile),
  region: textOf(config.region) ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1',
  endpoint: endpointOf(textOf(config.endpoint)),
  zoneIds: new Map(Object.entries(recordOf(config.zone_ids)).map(([name, id]) => [zoneOf(name), bareId(String(id))])),
  vpc: vpcOf(config.vpc),
  rate: { perSecond: numberOf(config.requests_per_second, 10), burst: numberOf(config.burst, 40) },
  timeout: milliseconds('timeout', textOf(config.timeout) ?? '30s'),
  syncWait: milliseconds('sync_wait', textOf(config.sync_wait) ?? '3m'),
  verify: config.verify === 'api' ? 'api' : 'dns',
  checkGrace: milliseconds('health_check_grace', textOf(config.health_check_grace) ?? '60s'),
  parallel: numberOf(config.parallel, 64),
});

/** `/hostedzone/Z1` is Z1; AWS writes ids both ways. */
export const bareId = (id: string): string => id.replace(/^\/(?:hostedzone|change|healthcheck)\//, '');

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const numberOf = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' ? { ...value } : {};

const vpcOf = (value: unknown): Settings['vpc'] => {
  const { id, region } = recordOf(value);
  return typeof id === 'string' && typeof region === 'string' ? { id, region } : null;
};

const endpointOf = (endpoint: string | null): string | null => {
  if (endpoint === null) return null;
  if (!URL.canParse(endpoint)) throw unusable('endpoint is no URL: write https://HOST');
  const { password, username } = new URL(endpoint);
  if (`${username}${password}` !== '') throw unusable('endpoint holds a user name or a password');
  return endpoint;
};

const zoneOf = (name: string): string => {
  try {
    return parseAbsolute(name);
  } catch (error) {
    if (error instanceof SyntaxProblem) throw unusable(`zone_ids: ${error.message}`);
    throw error;
  }
};

const milliseconds = (key: string, span: string): number => {
  const time = parseDuration(span);
  if (time === null) throw unusable(`${key}: ${span} is no time span: write 30s`);
  return time;
};

const unusable = (why: string): HostmasterError => new HostmasterError('CONFIG', `a route53 target: ${why}`);
