import { pino } from 'pino';

/** Beside the message: what it is about. No rdata, and nothing that could be a secret. */
export interface LogFields {
  readonly pass?: string;
  readonly zone?: string;
  readonly target?: string;
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

/** One line an event. */
export const openLog = ({ isForPeople, level, write }: LogOptions): Log => {
  if (isForPeople) {
    const order: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];
    return (at, message, fields = {}) => {
      if (order.indexOf(at) <= order.indexOf(level)) write(lineForPeople(at, message, fields));
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
  return (at, message, fields = {}) => logger[at](fields, message);
};

const lineForPeople = (level: LogLevel, message: string, fields: LogFields): string => {
  const time = new Date().toISOString().slice(11, 19);
  const about = Object.entries(fields)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key} ${value}`);
  const where = about.length === 0 ? '' : ` (${about.join(', ')})`;
  return `${time} ${level === 'info' ? '' : `${level}: `}${message}${where}\n`;
};
