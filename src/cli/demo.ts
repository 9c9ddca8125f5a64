import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostmasterError } from '../model/errors.ts';
import { servePass } from '../pass.ts';
import { decommission, label, lose, move, onboard } from './demo-inventory.ts';
import { change, firstApply, refusedDeletion } from './demo-static.ts';
import type { Tour, TourStep } from './demo-tour.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import { passOptions } from './options.ts';
import { registry } from './registry.ts';
import { copySample } from './sample.ts';
import { stopped } from './wait.ts';

export interface DemoOptions {
  readonly exit?: boolean;
  /** Stop the name server before verify, to see that this is noticed. */
  readonly stopServer?: boolean;
}

/** The tour: every step is the real command on real files, and every claim is asked over DNS. */
export const runDemo = async (options: DemoOptions, io: Io): Promise<number> => {
  const folder = await mkdtemp(join(tmpdir(), 'hostmaster-demo-'));
  const tour = await begin(folder, io);
  try {
    for (const step of stepsOf(options)) {
      if (io.signal.aborted) throw new HostmasterError('INTERRUPTED', 'interrupted: the tour is not over');
      if (tour.failures.length === 0) await step(tour);
    }
    conclude(tour);
    if (options.exit !== true && tour.failures.length === 0) await stay(tour);
    return tour.failures.length === 0 ? exit.done : exit.error;
  } finally {
    await Promise.all(tour.serving.map(({ server }) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  }
};

const stepsOf = ({ stopServer }: DemoOptions): readonly TourStep[] => [
  firstApply(stopServer === true),
  change,
  refusedDeletion,
  onboard,
  move,
  label,
  lose,
  decommission,
];

const begin = async (folder: string, io: Io): Promise<Tour> => {
  const say = (text: string) => io.say(`${text}\n`);
  say(`\n${io.colours.bold('1. A repository')}`);
  await copySample(folder);
  const config = join(folder, 'hostmaster.yaml');
  const port = await freePort();
  await writeFile(config, forTour(await readFile(config, 'utf8'), port));
  say(`A copy of the sample repository is in ${folder}:`);
  say('hostmaster.yaml says which zones go to which name server; zones/ has one file a zone; servers.yaml has');
  say('the servers; labels.yaml and groups.yaml say which names servers share.');
  const options = { config, format: 'text', yes: true } as const;
  const serving = await servePass(passOptions(options), { registry });
  const nameserver = { label: `127.0.0.1 port ${port}`, address: '127.0.0.1', port };
  say(`Its name server is the one inside Hostmaster. It runs now, at ${nameserver.label}, and has no zones yet.`);
  return { folder, options, serving, nameserver, say, io, failures: [] };
};

/** The sample on a free port; and each answer of the inventory counts, as the tour does not wait between them. */
const forTour = (config: string, port: number): string =>
  config
    .replace(/^(\s+listen: 127\.0\.0\.1):\d+.*$/m, `$1:${port}`)
    .replace(/^(\s+)path: servers\.yaml.*$/m, '$&\n$1interval: 1ms');

const conclude = ({ failures, say, io }: Tour): void => {
  if (failures.length === 0) say(`\n${io.colours.green('The tour is over, and everything was as it should be.')}`);
  else say(`\n${io.colours.red(`The tour ends here: ${failures.join('; ')}.`)}`);
};

const stay = async ({ nameserver, folder, say, io }: Tour): Promise<void> => {
  say(`The name server stays up at ${nameserver.label}. Edit the files in ${folder}, and in another terminal:`);
  say(`  hostmaster apply --config ${join(folder, 'hostmaster.yaml')}`);
  say('Ctrl-C ends it and removes the copy. "hostmaster init" makes a repository of your own.');
  await stopped(io);
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
