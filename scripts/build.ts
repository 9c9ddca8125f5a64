// Makes dist/, what the package publishes: compiled JavaScript and its types.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './tools.ts';

rmSync(join(root, 'dist'), { recursive: true, force: true });
process.exitCode = run('tsc', ['--project', 'tsconfig.build.json']);
