import { knotSubject } from './rfc2136.ts';
import { conformance } from './runner.ts';

conformance('Knot by RFC 2136', knotSubject);
