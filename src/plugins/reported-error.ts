import { inspect } from 'node:util';
import { errorCodes, HostmasterError } from '../model/errors.ts';
import { masked } from '../model/mask.ts';
import type { ProviderContext } from '../provider.ts';
import { locationIn } from './failure.ts';
import { isObjectLike } from './unchecked.ts';

/** Whose code it is that failed, in messages. */
export interface Source {
  /** `the provider NAME`. */
  readonly name: string;
  /** What a person does about a bug of it. */
  readonly advice: string;
  /** The message for what it read and nobody can believe. */
  readonly unsound: (problem: string, zone: string) => string;
}

export const externalSource = (provider: string): Source => {
  const name = `the provider ${provider}`;
  const advice = 'report it to its author';
  return { name, advice, unsound: (problem) => `${name} has a bug in read: ${problem}; ${advice}` };
};

export const builtInSource = (provider: string): Source => ({
  name: `the provider ${provider}`,
  advice: 'please report it',
  unsound: (problem, zone) =>
    `what was read of ${zone} is not believed: ${problem}; correct it there, or see what answers in its place`,
});

/** What a method returned cannot be used. */
export class InvalidResult extends Error {
  readonly zone: unknown;

  constructor(problem: string, zone: unknown) {
    super(problem);
    this.name = 'InvalidResult';
    this.zone = zone;
  }
}

/** An error as a person may see it: without a secret, and reported as the provider's bug where it is no HostmasterError. */
export const reportedError = (source: Source, method: string, error: unknown, context: ProviderContext): unknown => {
  // What a write had done by then is not known, whoever wants to stop.
  if (context.signal?.aborted === true && method !== 'apply') return error;
  try {
    if (!isHostmasterError(error)) return bugOf(source, method, error, context);
    const message = withoutSecrets(error.message, context);
    return message === error.message ? error : new HostmasterError(error.code, message);
  } catch {
    // What it threw cannot even be looked at.
    return bugOf(source, method, 'it threw what cannot be shown', context);
  }
};

const isHostmasterError = (error: unknown): error is HostmasterError =>
  error instanceof HostmasterError && typeof error.message === 'string' && Object.hasOwn(errorCodes, error.code);

/** Of a write it is not known what it had done by then; what was read of one zone says nothing of the others. */
const bugOf = (source: Source, method: string, error: unknown, context: ProviderContext): HostmasterError => {
  if (method === 'read' && error instanceof InvalidResult) {
    const message = source.unsound(withoutSecrets(oneLine(error.message), context), zoneNameOf(error.zone));
    return new HostmasterError('ZONE_UNREADABLE', message);
  }
  const place = locationIn(error, context.folder);
  const what = `${place === null ? '' : `${place}: `}${withoutSecrets(oneLine(textOf(error)), context)}`;
  const message = `${source.name} has a bug in ${method}: ${what}; ${source.advice}`;
  const code = method === 'apply' ? 'WRITE_UNKNOWN' : 'TARGET_UNREACHABLE';
  return new HostmasterError(code, message, { cause: error });
};

const zoneNameOf = (zone: unknown): string =>
  isObjectLike(zone) && typeof zone.name === 'string' ? zone.name : 'the zone';

const textOf = (thrown: unknown): string => {
  const said = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : thrown;
  return typeof said === 'string' ? said : inspect(said, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
};

const longest = 500;

const oneLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, longest);

const withoutSecrets = (text: string, { secrets }: ProviderContext): string => masked(text, Object.values(secrets));
