// Addresses of services, and what Node, undici and OpenSSL say of a connection that came to nothing.

/** The code of such an error: of its first, where each address of a name failed, or of its cause; '' where it has none. */
export const networkCode = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return networkCode(error instanceof AggregateError ? error.errors[0] : error.cause);
};

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name cannot be looked up',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped half-way',
  UND_ERR_SOCKET: 'the connection was cut before the answer was whole',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection was cut before the answer was whole',
  UND_ERR_ABORTED: 'the answer was cut off',
};

/** What such a code means, for people; null: it is no common one. */
export const networkWords = (code: string): string | null => words[code] ?? null;

const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Was there no connection, so that the server cannot have seen what was to be sent? */
export const isNeverSent = (code: string): boolean =>
  neverSent.has(code) || /^(?:CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_VERIFY)/.test(code);

/** One spelling of a URL that may be written in several ways, its query left out; what is no URL stays as it is. */
export const canonicalUrl = (text: string): string => {
  if (!URL.canParse(text)) return text;
  const { hostname, pathname, port, protocol } = new URL(text);
  return `${protocol}//${canonicalServer(hostname)}${port === '' ? '' : `:${port}`}${pathname.replace(/\/+$/, '')}`;
};

/** One spelling of a host: its name without a final dot, or its address. */
export const canonicalServer = (text: string): string => {
  const name = text.toLowerCase().replace(/\.$/, '');
  if (name === 'localhost') return '127.0.0.1';
  const address = name.replace(/^\[(.*)\]$/, '$1');
  return address.includes(':') && URL.canParse(`http://[${address}]`) ? new URL(`http://[${address}]`).hostname : name;
};
