import { parseDuration } from '../../model/duration.ts';
import type { WhenAllDown } from '../../model/health.ts';
import { quoted } from '../../model/phrases.ts';
import { parseRdata } from '../../model/rdata.ts';
import type { ClaimDefinition, HealthCheckDefinition } from '../../model/roles.ts';
import { type AddressType, traitsOf } from '../../model/rr-types.ts';
import { parseTemplate, type TemplatePart } from '../../model/template.ts';
import type { ClaimEntry, HealthCheckEntry } from '../schema/labels.ts';
import { checkName, filled, type RuleReader, reportIn, tryIn } from './rule-reader.ts';

/** A claim without its place; null after a problem. */
export const readClaim = (reader: RuleReader, entry: ClaimEntry): Omit<ClaimDefinition, 'at'> | null => {
  const before = reader.text.problems.length;
  checkName(reader, entry.name);
  const check = entry.health_check === undefined ? null : readCheck(reader, entry, entry.health_check);
  if (reader.text.problems.length > before) return null;
  return {
    type: entry.type,
    name: entry.name,
    ttl: entry.ttl ?? null,
    health_check: check,
    allow_empty: entry.allow_empty ?? false,
  };
};

const readCheck = (reader: RuleReader, claim: ClaimEntry, entry: HealthCheckEntry): HealthCheckDefinition => {
  const report = (message: string, ...key: readonly (string | number)[]) =>
    reportIn(reader, 'health-check', `health_check: ${message}`, 'health_check', ...key);
  if ((entry.port === undefined) === (entry.url === undefined)) {
    report(`it needs either "port" or "url", and has ${entry.port === undefined ? 'neither' : 'both'}`);
  }
  if (entry.url !== undefined) checkUrl(reader, claim.type, entry.url, (message) => report(message, 'url'));
  const { string_match: text } = entry;
  if (text !== undefined) {
    if (entry.url === undefined) report('"string_match" needs a "url": an open port says nothing', 'string_match');
    const fault = textFault(text);
    if (fault !== null) report(`"string_match" has ${fault}; choose another text`, 'string_match');
  }
  const duration = (key: 'interval' | 'timeout'): number | null => {
    const length = parseDuration(entry[key] ?? '');
    if (length === 0) report(`"${key}" must be longer than 0`, key);
    return length;
  };
  if (entry.when_all_down === 'closed' && claim.allow_empty !== true) {
    report('"when_all_down: closed" empties the name; the claim needs "allow_empty: true" too', 'when_all_down');
  }
  return {
    port: entry.port ?? null,
    url: entry.url ?? null,
    interval: duration('interval'),
    timeout: duration('timeout'),
    string_match: text ?? null,
    when_all_down: readWhenAllDown(reader, claim.type, entry),
  };
};

const readWhenAllDown = (reader: RuleReader, type: AddressType, entry: HealthCheckEntry): WhenAllDown => {
  const { when_all_down: wanted = 'open' } = entry;
  if (typeof wanted === 'string') return wanted;
  const path = ['health_check', 'when_all_down', 'backup'] as const;
  const backup = wanted.backup.flatMap((text, i) => {
    const address = tryIn(reader, () => parseRdata(type, text), ...path, i);
    return address === null ? [] : [address];
  });
  return { backup: [...new Set(backup)] };
};

/** What may not be in texts that a check is made of, for people; or null. */
const textFault = (text: string): string | null => {
  if (/["'\\]/.test(text)) return 'a quote or a backslash in it';
  if (/\p{C}/u.test(text)) return 'a control character in it';
  return text.length > 200 ? 'more than 200 characters' : null;
};

const checkUrl = (reader: RuleReader, type: AddressType, text: string, report: (message: string) => void): void => {
  const parts = tryIn(reader, () => parseTemplate(text), 'health_check', 'url');
  if (parts === null) return;
  const fault = textFault(text) ?? (/\s/.test(filled(parts, () => '')) ? 'a space in it' : null);
  if (fault !== null) report(`"url" has ${fault}`);
  else {
    const urls = ['1', 'x'].flatMap((word) => urlOf(parts, type, word) ?? []);
    const [url] = urls;
    if (url === undefined) report(`"url" must be an http or https URL, not ${quoted(text)}`);
    else if (url.username !== '' || url.password !== '') {
      report('"url" has a name or a password in it; a check can have none');
    }
  }
};

/** The URL for an example of a server, which has `word` for its attributes. */
const urlOf = (parts: readonly TemplatePart[], type: AddressType, word: string): URL | null => {
  const text = filled(parts, (attribute) => examples(type).get(attribute) ?? word);
  return /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : null;
};

const examples = (type: AddressType): ReadonlyMap<string, string> =>
  new Map([
    ['name', 'web1'],
    ['ip', traitsOf(type).address === 4 ? '192.0.2.1' : '[2001:db8::1]'],
    ['ipv4', '192.0.2.1'],
    ['ipv6', '[2001:db8::1]'],
  ]);
