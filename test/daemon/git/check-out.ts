import type { GitSettings } from '../../../src/model/daemon-settings.ts';
import { openDaemonRepository } from './open.ts';

// Writes out a commit again and again, in a process that a test kills: `check-out.ts SETTINGS-AS-JSON SHA`.

const [settings = '', sha = ''] = process.argv.slice(2);
const { repository } = await openDaemonRepository(JSON.parse(settings) as GitSettings);
for (;;) {
  await repository.filesOf(sha);
  await repository.retain([]);
}
