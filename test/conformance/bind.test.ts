import { bindSubject } from './rfc2136.ts';
import { conformance } from './runner.ts';

conformance('BIND by RFC 2136', bindSubject);
