import { type ErrorCode, HostmasterError } from '../../model/errors.ts';
import { masked } from '../../model/mask.ts';
import type { GitEnd } from './run-git.ts';

// Git ends with 128 whatever went wrong with the repository's server, and says the rest in words (LC_ALL=C). This file alone
// reads them, and only to tell what a person has to see to from what may pass: what it does not know may pass.

interface Words {
  readonly pattern: RegExp;
  readonly means: string;
}

const http = /The requested URL returned error: (\d{3})/;

const ofPersons: readonly Words[] = [
  { pattern: /^fatal: Authentication failed for /m, means: 'it does not accept the token' },
  {
    pattern: /^fatal: could not read (?:Username|Password) for /m,
    means: 'it asks for a token, or does not accept ours',
  },
  { pattern: /^fatal: repository '.*' not found/m, means: 'it has no such repository, or shows it to others only' },
  { pattern: /^(?:ERROR: )?Repository not found\.?$/m, means: 'it has no such repository, or shows it to others only' },
  { pattern: /^Host key verification failed\./m, means: 'its key is not the one of known_hosts' },
  { pattern: /^.*: Permission denied \(/m, means: 'it does not accept the ssh key' },
  { pattern: /^Load key ".*": /m, means: 'the ssh key cannot be used' },
  { pattern: /^fatal: transport '.*' not allowed/m, means: 'it leads to another protocol' },
];

const ofStatus = (status: number): string | null => {
  if (status >= 300 && status < 400)
    return `it leads to another URL (HTTP status ${status}), which must stand in "url"`;
  if (status === 401 || status === 403) return `it does not accept the token (HTTP status ${status})`;
  if (status === 404 || status === 410)
    return `it has no such repository, or shows it to others only (HTTP status ${status})`;
  return null;
};

/** What a run that spoke with the repository's server ended with, as an error. */
export const remoteFailure = (
  url: string,
  { status, stderr }: GitEnd,
  timeout: number,
  secrets: readonly string[],
): HostmasterError => {
  if (status === 'late') {
    return failure('GIT_UNAVAILABLE', `${url} gave no answer within ${timeout / 1000} s ("timeout:" of git)`);
  }
  const said = lastWords(masked(stderr, secrets));
  const known =
    ofStatus(Number(http.exec(stderr)?.[1])) ?? ofPersons.find(({ pattern }) => pattern.test(stderr))?.means;
  return known === undefined || known === null
    ? failure('GIT_UNAVAILABLE', `${url} cannot be fetched from: ${said}`)
    : failure('GIT_REFUSED', `${url}: ${known}; Git says: ${said}`);
};

/** Something is wrong with what is kept here. */
export const localFailure = (what: string, { status, stderr }: GitEnd): HostmasterError =>
  failure('GIT_UNAVAILABLE', `${what}: ${status === 'late' ? 'it took too long' : lastWords(stderr)}`);

const failure = (code: ErrorCode, message: string): HostmasterError => new HostmasterError(code, message);

/** What Git says after whatever ssh said. */
const sayNothing = /^(?:fatal: Could not read from remote|Please make sure you have|and the repository exists)/;

const longest = 300;

/** The line that says most, of what a server and Git said. */
const lastWords = (stderr: string): string => {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ').trim())
    .filter((line) => line !== '' && !sayNothing.test(line));
  const line = lines.findLast((each) => /^(?:fatal|error|ERROR|ssh|remote): /.test(each)) ?? lines.at(-1) ?? 'nothing';
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
};
