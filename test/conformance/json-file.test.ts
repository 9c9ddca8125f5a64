import { jsonFileSubject } from './json-file.ts';
import { conformance } from './runner.ts';

conformance('JSON file, as providers/README.md builds it', () => jsonFileSubject());
