import { firstJsonFileSource, jsonFileSubject } from './json-file.ts';
import { conformance } from './runner.ts';

conformance('JSON file, as the first providers/README.md built it', () => jsonFileSubject(firstJsonFileSource()));
