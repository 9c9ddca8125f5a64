import { HostmasterError } from '../../src/provider.ts';
import { WireError } from '../../src/wire/errors.ts';

/** What was asked, for messages: `the transfer of example.com.` */
interface Asked {
  readonly what: string;
  /** `the name server 192.0.2.1 port 53`. */
  readonly where: string;
}

/** The error for a read that failed. */
export const readFailure = (error: unknown, { what, where }: Asked): unknown => {
  if (!(error instanceof WireError)) return error;
  const { fault, message } = error;
  const said = `${what} from ${where}: ${message}`;
  const made = (code: 'TARGET_REFUSED' | 'TARGET_UNREACHABLE' | 'ZONE_UNREADABLE', more = '') =>
    new HostmasterError(code, `${said}${more}`, { cause: error });
  if (fault === 'aborted') return interrupted(said, error);
  if (fault === 'unreachable' || fault === 'timeout' || fault === 'tls') return made('TARGET_UNREACHABLE');
  if (fault === 'tsig') return made('TARGET_REFUSED', tsigHelp(error));
  if (fault === 'refused') {
    return made('ZONE_UNREADABLE', '; allow the key to transfer it (BIND: allow-transfer, Knot: an acl)');
  }
  return made('ZONE_UNREADABLE');
};

/** The error for an UPDATE that failed: not applied for certain, or not known. */
export const writeFailure = (error: unknown, { what, where }: Asked): unknown => {
  if (!(error instanceof WireError)) return error;
  const { fault, message, rcode, sent } = error;
  const said = `${what} at ${where}: ${message}`;
  if (!sent) {
    if (fault === 'aborted') return interrupted(said, error);
    return new HostmasterError('TARGET_UNREACHABLE', `${said}; nothing was sent`, { cause: error });
  }
  // A refusal that names its RCODE comes from a server that did not take the signature, or the update; SERVFAIL may come from
  // one in front of it, that has passed it on.
  if (rcode !== null && rcode !== 'NOERROR' && rcode !== 'SERVFAIL' && (fault === 'refused' || fault === 'tsig')) {
    return new HostmasterError('TARGET_REFUSED', `${said}; nothing was written${tsigHelp(error)}`, {
      cause: error,
    });
  }
  return new HostmasterError('WRITE_UNKNOWN', said, { cause: error });
};

const interrupted = (said: string, cause: WireError): HostmasterError =>
  new HostmasterError('INTERRUPTED', said, { cause });

const tsigHelp = ({ tsig }: WireError): string => {
  if (tsig === 'BADTIME') return '; set both clocks by NTP';
  return tsig === 'BADKEY' || tsig === 'BADSIG' ? '; compare name, algorithm and secret of the key with its own' : '';
};
