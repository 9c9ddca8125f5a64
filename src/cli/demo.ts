import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NameServer } from '../model/ports.ts';
import type { ServingTarget } from '../pass/serve.ts';
import { servePass } from '../pass.ts';
import { askByDns } from '../verify/ask.ts';
import { runApply } from './apply.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import { passOptions } from './options.ts';
import { runPlan } from './plan.ts';
import { registry } from './registry.ts';
import { copySample } from './sample.ts';
import { stopped } from './wait.ts';

export interface DemoOptions {
  readonly exit?: boolean;
  /** Stop the name server before verify, to see that this is noticed. */
  readonly stopServer?: boolean;
}

interface Tour {
  readonly folder: string;
  readonly options: { readonly config: string; readonly format: 'text'; readonly yes: true };
  readonly serving: readonly ServingTarget[];
  readonly nameserver: NameServer;
  readonly say: (text: string) => void;
  readonly io: Io;
  /** What did not go as the tour says it goes. */
  readonly failures: string[];
}

const zoneFile = join('zones', 'example.com.yaml');

/** The tour: every step is the real command on real files, and every claim is asked over DNS. */
export const runDemo = async (options: DemoOptions, io: Io): Promise<number> => {
  const folder = await mkdtemp(join(tmpdir(), 'hostmaster-demo-'));
  const tour = await begin(folder, io);
  try {
    await firstApply(tour, options.stopServer === true);
    if (tour.failures.length === 0) await change(tour);
    if (tour.failures.length === 0) await refusedDeletion(tour);
    conclude(tour);
    if (options.exit !== true && tour.failures.length === 0) await stay(tour);
    return tour.failures.length === 0 ? exit.done : exit.error;
  } finally {
    await Promise.all(tour.serving.map(({ server }) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  }
};

const begin = async (folder: string, io: Io): Promise<Tour> => {
  const say = (text: string) => io.out(`${text}\n`);
  const heading = (text: string) => say(`\n${io.paint.bold(text)}`);
  heading('1. A repository');
  await copySample(folder);
  const config = join(folder, 'hostmaster.yaml');
  const port = await freePort();
  await writeFile(config, (await readFile(config, 'utf8')).replace(/^(\s+listen: 127\.0\.0\.1):\d+.*$/m, `$1:${port}`));
  say(`A copy of the sample repository is in ${folder}:`);
  say('hostmaster.yaml says which zones go to which name server; zones/ has one file a zone.');
  const options = { config, format: 'text', yes: true } as const;
  const serving = await servePass(passOptions(options), registry);
  const nameserver = { label: `127.0.0.1 port ${port}`, address: '127.0.0.1', port };
  say(`Its name server is the one inside Hostmaster. It runs now, at ${nameserver.label}, and has no zones yet.`);
  return { folder, options, serving, nameserver, say, io, failures: [] };
};

const firstApply = async (tour: Tour, stopServer: boolean): Promise<void> => {
  const { say, io, options } = tour;
  say(`\n${io.paint.bold('2. hostmaster plan')}: what would change, and the file and line that asks for it`);
  expectCode(tour, 'plan', exit.done, await runPlan(options, io));
  if (stopServer) await Promise.all(tour.serving.map(({ server }) => server.stop()));
  say(`\n${io.paint.bold('3. hostmaster apply')}: write it, then ask the name server for every record of it over DNS`);
  expectCode(tour, 'apply', exit.done, await runApply(options, afterPlan(io), false));
  if (tour.failures.length > 0) return;
  say('\nSome of the answers, and how to ask for yourself:');
  await ask(tour, 'www.example.com.', 'A', ['192.0.2.10', '192.0.2.11']);
  await ask(tour, 'anything.dev.example.com.', 'A', ['192.0.2.50']);
  await ask(tour, '25.2.0.192.in-addr.arpa.', 'PTR', ['mail.example.com.']);
};

const change = async (tour: Tour): Promise<void> => {
  const { say, io, options } = tour;
  say(`\n${io.paint.bold('4. A change')}: in ${zoneFile}, www gets 192.0.2.12 in place of 192.0.2.11`);
  await edit(tour, (text) => text.replace('192.0.2.11]', '192.0.2.12]'));
  expectCode(tour, 'apply', exit.done, await runApply(options, io, false));
  await ask(tour, 'www.example.com.', 'A', ['192.0.2.10', '192.0.2.12']);
  say('\nAnd a plan after that finds nothing to do:');
  expectCode(tour, 'plan', exit.done, await runPlan({ ...options, exitCode: true }, io));
};

const refusedDeletion = async (tour: Tour): Promise<void> => {
  const { say, io, options } = tour;
  say(`\n${io.paint.bold('5. An accident')}: somebody empties ${zoneFile} and merges that`);
  const before = await edit(tour, () => '');
  expectCode(tour, 'apply', exit.refused, await runApply(options, io, false));
  say('\nNothing was deleted, and the exit code is 3, so that a pipeline stops. The names still answer:');
  await ask(tour, 'www.example.com.', 'A', ['192.0.2.10', '192.0.2.12']);
  await edit(tour, () => before);
};

const conclude = ({ failures, say, io }: Tour): void => {
  if (failures.length === 0) say(`\n${io.paint.green('The tour is over, and everything was as it should be.')}`);
  else say(`\n${io.paint.red(`The tour ends here: ${failures.join('; ')}.`)}`);
};

const stay = async ({ nameserver, folder, say, io }: Tour): Promise<void> => {
  say(`The name server stays up at ${nameserver.label}. Edit the files in ${folder}, and in another terminal:`);
  say(`  hostmaster apply --config ${join(folder, 'hostmaster.yaml')}`);
  say('Ctrl-C ends it and removes the copy. "hostmaster init" makes a repository of your own.');
  await stopped(io);
};

/** Asks, prints name, query, name server and answer, and the dig line that does the same. */
const ask = async (tour: Tour, name: string, type: string, expected: readonly string[]): Promise<void> => {
  const { nameserver, say, io } = tour;
  const answer = await askByDns()(nameserver, { name, type });
  const values = answer.status === 'answered' ? answer.answers.map(({ rdata }) => rdata).toSorted() : [];
  const right = values.join() === expected.toSorted().join();
  const said = answer.status === 'no_answer' ? `no answer (${answer.reason})` : values.join(', ') || answer.rcode;
  say(`  ${name} ${type}? ${nameserver.label} answers ${right ? io.paint.green(said) : io.paint.red(said)}`);
  say(io.paint.dim(`      dig @${nameserver.address} -p ${nameserver.port} ${name} ${type}`));
  if (!right) tour.failures.push(`${name} ${type} should be ${expected.join(', ')}`);
};

const expectCode = (tour: Tour, command: string, expected: number, code: number): void => {
  if (code !== expected) tour.failures.push(`${command} ended with exit code ${code}, not ${expected}`);
};

/** Changes the sample's zone file; gives its text before. */
const edit = async ({ folder }: Tour, change: (text: string) => string): Promise<string> => {
  const file = join(folder, zoneFile);
  const before = await readFile(file, 'utf8');
  await writeFile(file, change(before));
  return before;
};

/** The plan was on the screen a moment ago: what comes after the empty line that ends it is news. */
const afterPlan = (io: Io): Io => ({
  ...io,
  out: (text) => {
    if (!/^Plan: /m.test(text)) io.out(text.trimStart());
  },
});

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
