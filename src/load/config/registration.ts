import { SyntaxProblem } from '../../model/errors.ts';
import { parseAbsolute } from '../../model/name.ts';
import { quoted } from '../../model/phrases.ts';
import type { Registration, UnusableRule } from '../../model/roles.ts';
import { didYouMean } from '../../model/suggest.ts';
import { checkOf } from '../../validation/index.ts';
import { syntaxRule } from '../load-rules.ts';
import { registrationSchema } from '../schema/grants.ts';
import { type Config, checkAt, reportAt } from './config.ts';

const defaultTtl = 300;

export interface ReadRegistration {
  readonly registration: Registration | null;
  /** It cannot be used as it stands: it might have been about any name. */
  readonly unusable: readonly UnusableRule[];
}

/** `zones` are the configured ones, canonical. */
export const readRegistration = (config: Config, zones: readonly string[]): ReadRegistration => {
  const value = config.top.registration;
  if (value === undefined) return { registration: null, unusable: [] };
  const at = { file: config.file, ...config.text.positionOfKey(['registration']) };
  const unusable = [{ name: null, reason: 'registration cannot be used', at }];
  const entry = checkAt(config, checkOf(registrationSchema), value, ['registration']);
  const zone = entry === null ? null : readZoneName(config, entry.zone);
  if (entry === null || zone === null) return { registration: null, unusable };
  const registration = { zone, ttl: entry.ttl ?? defaultTtl, reverse: entry.reverse ?? true, at };
  if (zones.includes(zone)) return { registration, unusable: [] };
  const message = `registration: ${quoted(entry.zone)} is not a configured zone${didYouMean(zone, zones)}; add it under "zones:"`;
  reportAt(config, 'unknown-zone', message, ['registration', 'zone']);
  return { registration, unusable };
};

const readZoneName = (config: Config, text: string): string | null => {
  try {
    return parseAbsolute(text);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    reportAt(config, syntaxRule(error.rule), `registration: ${error.message}`, ['registration', 'zone']);
    return null;
  }
};
