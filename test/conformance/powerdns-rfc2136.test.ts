import { powerDnsUpdateSubject } from './rfc2136.ts';
import { conformance } from './runner.ts';

conformance('PowerDNS by RFC 2136', powerDnsUpdateSubject);
