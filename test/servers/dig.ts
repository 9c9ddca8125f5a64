import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, run, tempFolder } from './child.ts';
import type { DnsAddress } from './ports.ts';

// BIND's dig: a client that shares no code with ours.

export interface DigRecord {
  readonly name: string;
  readonly ttl: number;
  readonly type: string;
  readonly rdata: string;
}

export interface DigAnswer {
  /** NOERROR, NXDOMAIN, …; TIMEOUT where there was no answer. */
  readonly rcode: string;
  readonly flags: readonly string[];
  readonly answers: readonly DigRecord[];
  readonly authority: readonly DigRecord[];
  readonly additional: readonly DigRecord[];
}

export interface DigQuestion {
  readonly name: string;
  readonly type: string;
}

export interface DigOptions {
  readonly tcp?: boolean;
  /** More of dig's own options, such as `+unknownformat`. */
  readonly args?: readonly string[];
}

/** Asks one question, RD=0, without EDNS cookies. */
export const dig = async (
  server: DnsAddress,
  name: string,
  type: string,
  options: DigOptions = {},
): Promise<DigAnswer> => {
  const [answer] = await digAll(server, [{ name, type }], options);
  return answer ?? noAnswer;
};

/** Asks thousands of questions in one process; the answers stand in the order of the questions. */
export const digAll = async (
  server: DnsAddress,
  questions: readonly DigQuestion[],
  options: DigOptions = {},
): Promise<readonly DigAnswer[]> => {
  const folder = tempFolder('dig');
  const file = join(folder, 'questions');
  const common = [`@${server.address}`, '-p', String(server.port), ...fixedArgs, ...(options.tcp ? ['+tcp'] : [])];
  writeFileSync(file, questions.map(({ name, type }) => `${queryName(name)} ${type}\n`).join(''));
  const text = await run(['dig', '-r', ...common, ...(options.args ?? []), '-f', file], { failing: true });
  removeFolder(folder);
  return inOrder(questions, parseDig(text));
};

const fixedArgs =
  '+norecurse +nocookie +nosplit +noidnin +noidnout +noall +comments +question +answer +authority +additional +time=15 +tries=1'.split(
    ' ',
  );

const noAnswer: DigAnswer = { rcode: 'TIMEOUT', flags: [], answers: [], authority: [], additional: [] };

interface Block extends DigAnswer {
  readonly question: string;
}

const inOrder = (questions: readonly DigQuestion[], blocks: readonly Block[]): readonly DigAnswer[] => {
  let next = 0;
  return questions.map((question) => {
    const block = blocks[next];
    if (block === undefined || !asks(block.question, question)) return noAnswer;
    next += 1;
    const { answers, authority, additional, flags, rcode } = block;
    return { rcode, flags, answers, authority, additional };
  });
};

/** TYPEnnn of a type that dig knows comes back as its mnemonic. */
const asks = (printed: string, { name, type }: DigQuestion): boolean => {
  const [printedName = '', printedType = ''] = printed.toLowerCase().split(' ');
  return printedName === withDot(name).toLowerCase() && (/^type/i.test(type) || printedType === type.toLowerCase());
};

/** A leading `-` or `+` would be an option. */
const queryName = (name: string): string =>
  withDot(name).replace(/^[-+]/, (sign) => (sign === '-' ? '\\045' : '\\043'));

const withDot = (name: string): string => (name.endsWith('.') ? name : `${name}.`);

type Section = 'answers' | 'authority' | 'additional';
const sections: Readonly<Record<string, Section>> = {
  ';; ANSWER SECTION:': 'answers',
  ';; AUTHORITY SECTION:': 'authority',
  ';; ADDITIONAL SECTION:': 'additional',
};

const parseDig = (text: string): readonly Block[] => {
  const blocks = text.split(/^;; (?:Got answer:\n;; )?->>HEADER<<- /m).slice(1);
  return blocks.map(parseBlock);
};

const parseBlock = (text: string): Block => {
  const records: Record<Section, DigRecord[]> = { answers: [], authority: [], additional: [] };
  let section: Section | null = null;
  let question = '';
  for (const line of text.split('\n')) {
    if (line.startsWith(';; ')) section = sections[line] ?? null;
    else if (line.startsWith(';')) question = question || questionOf(line);
    else if (section !== null && line !== '') records[section].push(parseRecord(line));
  }
  const rcode = /status: ([A-Z0-9]+)/.exec(text)?.[1] ?? 'TIMEOUT';
  const flags = /flags: ([a-z ]*);/.exec(text)?.[1]?.split(' ') ?? [];
  return { question, rcode, flags, ...records };
};

const questionOf = (line: string): string => /^;(\S+)\s+(?:IN|CLASS1)\s+(\S+)$/.exec(line)?.slice(1).join(' ') ?? '';

const parseRecord = (line: string): DigRecord => {
  const [, name = '', ttl = '', type = '', rdata = ''] =
    /^(\S+)\s+(\d+)\s+(?:IN|CLASS1)\s+(\S+)\s*(.*)$/.exec(line) ?? [];
  return { name, ttl: Number(ttl), type, rdata };
};
