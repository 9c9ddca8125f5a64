import { join } from 'node:path';
import { factory, startEmbeddedServer } from '../../providers/embedded/index.ts';
import { tempFolder } from '../servers/child.ts';
import type { Subject } from './runner.ts';

/** The embedded server on a free port, with its zones in a file of its own. */
export const embeddedSubject = async (): Promise<Subject> => {
  const file = join(tempFolder('embedded'), 'zones.sqlite');
  const server = await startEmbeddedServer({ listen: { address: '127.0.0.1', port: 0 }, file });
  const dns = { address: server.address, port: server.port };
  return {
    factory,
    config: { provider: 'embedded', listen: `${dns.address}:${dns.port}`, file },
    dns,
    refusals: [],
    stop: () => server.stop(),
  };
};
