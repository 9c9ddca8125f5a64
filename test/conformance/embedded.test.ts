import { embeddedSubject } from './embedded.ts';
import { conformance } from './runner.ts';

conformance('embedded', embeddedSubject);
