import { pino } from 'pino';

/** Beside the message: what it is about. No rdata, and nothing that could be a secret. */
export interface LogFields {
  readonly pass?: string | null;
  readonly zone?: string | null;
  readonly target?: string | null;
  /** An error's code, or the rule of a problem. */
  readonly code?: string | null;
  readonly cause?: string;
  readonly commit?: string | null;
  readonly inventory?: string;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

export interface LogOptions {
  readonly level: 'error' | 'info' | 'debug';
  /** Somebody reads along: a line of words for each event. Else it is JSON. */
  readonly isForPeople: boolean;
  readonly write: (text: string) => void;
}

/** One line an event; in JSON each has pass, zone, target and code, null where it is about none. */
export const openLog = ({ isForPeople, level, write }: LogOptions): Log => {
  if (isForPeople) {
    const order: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];
    return (at, message, fields = {}) => {
      if (order.indexOf(at) > order.indexOf(level)) return;
      write(lineForPeople(new Date(), at, message, level === 'debug' ? fields : { ...fields, pass: null }));
    };
  }
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return (at, message, fields = {}) => logger[at]({ ...aboutNothing, ...fields }, message);
};

const aboutNothing = { pass: null, zone: null, target: null, code: null };

const levelWords: Readonly<Record<LogLevel, string>> = { error: 'ERROR', warn: 'WARN', info: '', debug: 'debug' };

/** So many characters of a commit's SHA are enough for people. */
const shortSha = 7;

/** In the time of the machine. What the message says already is not said twice. */
export const lineForPeople = (now: Date, level: LogLevel, message: string, fields: LogFields): string => {
  const { cause, code, commit, inventory, pass, target, zone } = fields;
  const place = [zone, target].filter(isSaid).join(' at ');
  const about = [
    message.includes(place) ? null : place,
    code,
    ...[named('inventory', inventory), named('cause', cause), named('commit', commit?.slice(0, shortSha))],
    named('pass', pass),
  ].filter((text) => isSaid(text) && !message.includes(text));
  const words = message.trimEnd().replaceAll('\n', `\n${' '.repeat(15)}`);
  const after = about.length === 0 ? '' : ` (${about.join(', ')})`;
  return `${now.toTimeString().slice(0, 8)} ${levelWords[level].padEnd(5)} ${words}${after}\n`;
};

const isSaid = (text: string | null | undefined): text is string => text !== null && text !== undefined && text !== '';

const named = (key: string, value: string | null | undefined): string | null =>
  isSaid(value) ? `${key} ${value}` : null;
