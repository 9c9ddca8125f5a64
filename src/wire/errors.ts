/** What went wrong with an exchange; the caller decides by it whether to try again, to wait, or to stop. */
export type WireFault =
  /** No connection. */
  | 'unreachable'
  /** TLS: the certificate is not the one that was asked for, or the server does not speak DNS over TLS. */
  | 'tls'
  | 'timeout'
  /** The connection ended before the answer was whole. */
  | 'cut'
  | 'aborted'
  /** The server said no: see `rcode`. */
  | 'refused'
  /** What came is no answer to what was asked. */
  | 'malformed'
  /** A signature is missing or wrong: see `tsig`. */
  | 'tsig'
  /** More octets or records than the limits allow. */
  | 'too-large';

export interface WireErrorDetails {
  /** Did the question go out? If not, nothing can have come of it. */
  readonly sent?: boolean;
  readonly rcode?: string;
  /** BADKEY, BADSIG, BADTIME, BADTRUNC, FORMERR, or UNSIGNED. */
  readonly tsig?: string;
  /** BADTIME, proven by its signature: the server's clock, in seconds since 1970. */
  readonly serverTime?: number;
  readonly cause?: unknown;
}

/** An exchange with a name server that did not come to its end. Its message never has octets of a secret. */
export class WireError extends Error {
  readonly fault: WireFault;
  readonly sent: boolean;
  readonly rcode: string | null;
  readonly tsig: string | null;
  readonly serverTime: number | null;

  constructor(fault: WireFault, message: string, details: WireErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'WireError';
    this.fault = fault;
    this.sent = details.sent ?? true;
    this.rcode = details.rcode ?? null;
    this.tsig = details.tsig ?? null;
    this.serverTime = details.serverTime ?? null;
  }
}
