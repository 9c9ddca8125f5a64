import { createHash } from 'node:crypto';
import { type AddressType, isAddressType } from '../../rr-types.ts';

// The Lua of a health-checked record: printed from checked values alone, and read back, so that a report can say what it
// checks. Pure.
//
// As seen in PowerDNS 4.7.3: `ifportup` and `ifurlup` answer with the addresses that are up, or with all of them while none
// is. A sentinel beside them, an address that cannot be up, tells the two apart. Before its first check an address counts as
// down. To tell that from an address that is down, PowerDNS also checks its own DNS port, the witness: a round of checks
// begins when the one before has ended, so that a second check of the witness, added once the first is up, is up only after
// every address was checked.

/** One record, as its Lua says it. */
export interface CheckedRecord {
  readonly type: AddressType;
  readonly probe: PortProbe | UrlProbe;
  /** Seconds; null: PowerDNS's own, 2. */
  readonly timeout: number | null;
  /** What the answer must hold, one character an octet. */
  readonly match: string | null;
  /** While no address is up: these, or none; null: all addresses. */
  readonly fallback: { readonly addresses: readonly string[]; readonly witness: Witness } | null;
}

export interface PortProbe {
  readonly port: number;
  readonly addresses: readonly string[];
}

/** The addresses that are asked one URL, for each URL. */
export interface UrlProbe {
  readonly urls: readonly (readonly [url: string, addresses: readonly string[]])[];
}

/** Where PowerDNS itself listens for DNS by TCP. */
export interface Witness {
  readonly address: string;
  readonly port: number;
}

/** No TCP connection to the broadcast address leaves the machine: connect fails at once (RFC 1122 section 4.2.3.10). */
const sentinel = '255.255.255.255';

export const checkedAddresses = (probe: CheckedRecord['probe']): readonly string[] =>
  'port' in probe ? probe.addresses : probe.urls.flatMap(([, addresses]) => addresses).toSorted();

/** Rdata of type LUA. */
export const printCheckedLua = (record: CheckedRecord): string => `${record.type} "${printScript(record)}"`;

const printScript = (record: CheckedRecord): string => {
  const { fallback, probe } = record;
  const options = printOptions(record);
  if (fallback === null && 'port' in probe) {
    return `ifportup(${probe.port}, ${printList(probe.addresses)}, ${options})`;
  }
  const all = printList(checkedAddresses(probe));
  const head = `;local s, o = '${sentinel}', ${options} ${printProbe(probe)}`;
  const upOnes = 'if r[1] and r[#r] ~= s then return r end';
  if (fallback === null) return `${head} ${upOnes} return ${all}`;
  const witness = printWitness(fallback.witness, digest(head));
  return `${head} ${witness} ${upOnes} if w[#w] == s then return ${all} end return ${printList(fallback.addresses)}`;
};

const printOptions = ({ match, timeout }: CheckedRecord): string => {
  const own = [
    ...(timeout === null ? [] : [`timeout='${timeout}'`]),
    ...(match === null ? [] : [`stringmatch=${printText(match)}`]),
  ];
  return `{${["selector='all'", "backupSelector='all'", ...own].join(', ')}}`;
};

/** Sets `r`: the addresses that are up; where none is, it is empty or ends in the sentinel. */
const printProbe = (probe: CheckedRecord['probe']): string => {
  if ('port' in probe) return `local r = ifportup(${probe.port}, {${probe.addresses.map(quoted).join(', ')}, s}, o)`;
  const checks = probe.urls.map(([url, addresses]) => `{${printText(url)}, ${printList(addresses)}}`).join(', ');
  const each = `local u = ifurlup(c[1], {c[2], {s}}, o) if u[#u] ~= s then for _, a in ipairs(u) do r[#r+1] = a end end`;
  return `local r = {} for _, c in ipairs({${checks}}) do ${each} end`;
};

/** Sets `w`: it ends in the sentinel until all addresses were checked. An option that PowerDNS does not know only tells checks apart. */
const printWitness = ({ address, port }: Witness, of: string): string => {
  const ask = `ifportup(${port}, {'${address}', s}, k)`;
  const options = `{selector='all', backupSelector='all', of='${of}'}`;
  return `local k = ${options} local w = ${ask} if w[#w] ~= s then k.of = '${of}+' w = ${ask} end`;
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

const printList = (addresses: readonly string[]): string => `{${addresses.map(quoted).join(', ')}}`;

const quoted = (text: string): string => `'${text}'`;

/** At most 200 characters without a space, so that the script can be cut into strings of 255. */
const pieces = /[ !#-&(-[\]-~]{1,200}|[^ !#-&(-[\]-~]{1,40}/g;
const plainPiece = /^[ !#-&(-[\]-~]*$/;

/** A Lua expression for any octets: quotes, backslashes and what is not printable as numbers, never as an escape. */
const printText = (binary: string): string =>
  (binary.match(pieces) ?? [''])
    .map((piece) => (plainPiece.test(piece) ? quoted(piece) : printOctets(piece)))
    .join(' .. ');

const printOctets = (piece: string): string =>
  `string.char(${Array.from(piece, (octet) => octet.charCodeAt(0)).join(', ')})`;

const list = `\\{((?:'[0-9a-f.:]+'(?:, )?)*)\\}`;
const text = `((?:(?:'[^'\\\\]*'|string\\.char\\([0-9, ]+\\))(?: \\.\\. )?)+)`;
const options = `\\{selector='all', backupSelector='all'(?:, timeout='([0-9]+)')?(?:, stringmatch=${text})?\\}`;
const openPort = new RegExp(`^ifportup\\(([0-9]+), ${list}, ${options}\\)$`);
const other = new RegExp(
  `^;local s, o = '[0-9.]+', ${options} local r = ` +
    `(?:ifportup\\(([0-9]+), \\{([^{}]*), s\\}, o\\)|\\{\\} for _, c in ipairs\\(\\{(.*)\\}\\) do local u = .* end end end)` +
    `(?: local k = .*? local w = ifportup\\(([0-9]+), \\{'([0-9a-f.:]+)', s\\}, k\\) if .*? end)? if r\\[1\\] and r.*? then return r end` +
    `(?: if w\\[#w\\] == s then return ${list} end)? return ${list}$`,
);
const urlCheck = new RegExp(`\\{${text}, ${list}\\}`, 'g');

/** The record that `rdata` was printed from; null: it was not printed here. */
export const readCheckedLua = (rdata: string): CheckedRecord | null => {
  const [, type, script = ''] = /^(A|AAAA) "(.*)"$/.exec(rdata) ?? [];
  if (type === undefined || !isAddressType(type)) return null;
  const record = readScript(type, script);
  return record !== null && printCheckedLua(record) === rdata ? record : null;
};

const readScript = (type: CheckedRecord['type'], script: string): CheckedRecord | null => {
  const simple = openPort.exec(script);
  if (simple !== null) {
    const [, port, addresses, timeout, match] = simple;
    return {
      type,
      ...readOptions(timeout, match),
      probe: { port: Number(port), addresses: readList(addresses) },
      fallback: null,
    };
  }
  const parts = other.exec(script);
  if (parts === null) return null;
  const [, timeout, match, port, addresses, checks, witnessPort, witnessAddress = '', , last] = parts;
  const witness = { address: witnessAddress, port: Number(witnessPort) };
  return {
    type,
    ...readOptions(timeout, match),
    probe: port === undefined ? { urls: readChecks(checks) } : { port: Number(port), addresses: readList(addresses) },
    fallback: witnessPort === undefined ? null : { addresses: readList(last), witness },
  };
};

const readOptions = (timeout: string | undefined, match: string | undefined) => ({
  timeout: timeout === undefined ? null : Number(timeout),
  match: match === undefined ? null : readText(match),
});

const readChecks = (checks = ''): UrlProbe['urls'] =>
  Array.from(checks.matchAll(urlCheck), ([, url = '', addresses]) => [readText(url), readList(addresses)] as const);

const readList = (items = ''): readonly string[] => Array.from(items.matchAll(/'([^']*)'/g), ([, item = '']) => item);

const readText = (expression: string): string =>
  Array.from(
    expression.matchAll(/'([^']*)'|string\.char\(([0-9, ]+)\)/g),
    ([, plain, octets = '']) => plain ?? String.fromCharCode(...octets.split(', ').map(Number)),
  ).join('');
