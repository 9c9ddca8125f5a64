import { route53FakeSubject } from './route53.ts';
import { conformance } from './runner.ts';

conformance('Route 53, with its limits', route53FakeSubject);
