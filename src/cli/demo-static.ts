import { join } from 'node:path';
import { runApply } from './apply.ts';
import { ask, edit, expectCode, heading, type Tour, type TourStep } from './demo-tour.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import { runPlan } from './plan.ts';

const zoneFile = join('zones', 'example.com.yaml');

/** `stopServer`: the name server stops before it is asked. */
export const firstApply =
  (stopServer: boolean): TourStep =>
  async (tour) => {
    const { say, io, options } = tour;
    heading(tour, '2. hostmaster plan', 'what would change, and the file, line and server that asks for it');
    expectCode(tour, 'plan', exit.done, await runPlan(options, io));
    if (stopServer) await Promise.all(tour.serving.map(({ server }) => server.stop()));
    heading(tour, '3. hostmaster apply', 'write it, then ask the name server for every record of it over DNS');
    expectCode(tour, 'apply', exit.done, await runApply(options, afterPlan(io), false));
    if (tour.failures.length > 0) return;
    say('\nSome of the answers, and how to ask for yourself:');
    await ask(tour, 'www.example.com.', 'A', ['192.0.2.10', '192.0.2.11']);
    await ask(tour, 'anything.dev.example.com.', 'A', ['192.0.2.50']);
    await ask(tour, '10.2.0.192.in-addr.arpa.', 'PTR', ['www.example.com.']);
  };

export const change: TourStep = async (tour) => {
  const { say, io, options } = tour;
  heading(tour, '4. A change', `in ${zoneFile}, www gets 192.0.2.12 in place of 192.0.2.11`);
  await edit(tour, zoneFile, (text) => text.replace('192.0.2.11]', '192.0.2.12]'));
  expectCode(tour, 'apply', exit.done, await runApply(options, io, false));
  await askForWww(tour);
  say('\nAnd a plan after that finds nothing to do:');
  expectCode(tour, 'plan', exit.done, await runPlan({ ...options, exitCode: true }, io));
};

export const refusedDeletion: TourStep = async (tour) => {
  const { say, io, options } = tour;
  heading(tour, '5. An accident', `somebody empties ${zoneFile} and merges that`);
  const before = await edit(tour, zoneFile, () => '');
  expectCode(tour, 'apply', exit.refused, await runApply(options, io, false));
  say('\nNothing was deleted, and the exit code is 3, so that a pipeline stops. The names still answer:');
  await askForWww(tour);
  await edit(tour, zoneFile, () => before);
};

const askForWww = (tour: Tour): Promise<void> => ask(tour, 'www.example.com.', 'A', ['192.0.2.10', '192.0.2.12']);

/** The plan was on the screen a moment ago: what comes after the empty line that ends it is news. */
const afterPlan = (io: Io): Io => ({
  ...io,
  say: (text) => {
    if (!/^Plan: /m.test(text)) io.say(text.trimStart());
  },
});
