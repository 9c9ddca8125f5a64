// What travels from a source to the snapshot.

/** A place in a file of the repository. */
export interface EntryLocation {
  readonly file: string;
  readonly line: number;
}

/** One server as a source sent it, not checked yet. */
export interface RawEntry {
  readonly value: unknown;
  /** Where in the answer it is: `item 3`, `page 2, item 5`, `device 17`. */
  readonly where: string;
  /** Where in a file of the repository it begins; costs a second look at the file. */
  readonly place?: () => EntryLocation | null;
}

/** What a source said; all messages are fit to be shown. */
export type Answer =
  /** Nothing that can be used. */
  | { readonly kind: 'failed'; readonly message: string }
  /** What it said last is still so: our ETag was confirmed. */
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'answered';
      readonly entries: readonly RawEntry[];
      /** Each keeps the answer from being complete. */
      readonly faults: readonly string[];
      /** May a server have more addresses than it is said to have? Default is no. */
      readonly lacksAddresses?: boolean;
      /** Of an answer in one page; null otherwise. */
      readonly etag: string | null;
    };

export const failed = (message: string): Answer => ({ kind: 'failed', message });

/** What a source is handed. */
export interface SourceContext {
  /** The folder that paths start from. */
  readonly folder: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Of the last complete answer, where it may be asked for again; else null. */
  readonly etag: string | null;
  readonly signal: AbortSignal | undefined;
}

type Config = Readonly<Record<string, unknown>>;

export const textOf = (config: Config, key: string): string => {
  const value = config[key];
  return typeof value === 'string' ? value : '';
};

export const numberOf = (config: Config, key: string, fallback: number): number => {
  const value = config[key];
  return typeof value === 'number' ? value : fallback;
};

/** The limits that hold where the definition names none; docs and tests read them here. */
export const limits = {
  /** Milliseconds for one request, from its first byte to the answer's last. */
  timeout: 10_000,
  /** One inventory may take so many times the time of one request. */
  timeouts: 30,
  servers: 100_000,
  /** Bytes of one inventory's whole answer. */
  bytes: 64 * 1024 * 1024,
  pages: 10_000,
  redirects: 5,
  /** Objects that one page of NetBox is asked for; NetBox's own limit is mostly 1,000. */
  pageSize: 500,
  /** Bytes of the addresses, devices and machines of one NetBox. */
  netboxBytes: 512 * 1024 * 1024,
  /** Problems of single entries that are shown one by one. */
  entryProblems: 100,
} as const;
