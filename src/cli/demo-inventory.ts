import { runApply } from './apply.ts';
import { edit, expectCode, heading, type Tour, type TourStep, type Watched, watch } from './demo-tour.ts';
import { exit } from './exit.ts';
import { runExplain } from './explain.ts';

const inventory = 'servers.yaml';

/** The server's line in the inventory, as the steps write it. */
const lineOf = (ip: string, labels: string, rest = ''): string =>
  `  - { name: web3, ip: ${ip}, labels: [${labels}], environment: prod, rack: r3${rest} }`;

const frontend = 'web-frontend';
const both = 'web-frontend, mailserver';

const name = 'web3.lab.internal.';
const [first, second] = ['192.0.2.23', '192.0.2.24'];
const [firstPtr, secondPtr] = ['23.2.0.192.in-addr.arpa.', '24.2.0.192.in-addr.arpa.'];
/** The claims with what the others contribute. */
const app = { name: 'app.example.com.', type: 'A', others: ['192.0.2.21', '192.0.2.22'] };
const mail = { name: 'mail.example.com.', type: 'A', others: ['192.0.2.25'] };

export const onboard: TourStep = async (tour) => {
  heading(tour, '6. A server arrives', `the inventory has web3 from now on (here a file; HTTP and NetBox do as well)`);
  await watch(
    tour,
    [
      { name, type: 'A', before: [], after: [first] },
      { name: firstPtr, type: 'PTR', before: [], after: [name] },
      claim(app, [], [first]),
    ],
    () => applyServer(tour, lineOf(first, frontend)),
  );
};

export const move: TourStep = async (tour) => {
  heading(tour, '7. It moves', `its address is ${second} now, and every name follows in one pass`);
  await watch(
    tour,
    [
      { name, type: 'A', before: [first], after: [second] },
      { name: firstPtr, type: 'PTR', before: [name], after: [] },
      { name: secondPtr, type: 'PTR', before: [], after: [name] },
      claim(app, [first], [second]),
    ],
    () => applyServer(tour, lineOf(second, frontend)),
  );
};

export const label: TourStep = async (tour) => {
  heading(tour, '8. It gets a label', 'mailserver, and joins mail.example.com as labels.yaml has it');
  await watch(tour, [claim(mail, [], [second])], () => applyServer(tour, lineOf(second, both)));
  if (tour.failures.length > 0) return;
  tour.say(`\nWhy is that so? ${tour.io.colours.bold('hostmaster explain mail.example.com A')}`);
  expectCode(tour, 'explain', exit.done, await runExplain(mail.name, mail.type, tour.options, tour.io));
};

export const lose: TourStep = async (tour) => {
  heading(tour, '9. One answer lacks it', 'a fault of the inventory, or is it gone? Nobody can tell yet');
  await watch(tour, stays, () => applyServer(tour, null));
  tour.say(
    '\nNothing was deleted, and the exit code is 0, as nobody has to do anything. If web3 is gone for good, its',
  );
  tour.say('names go once 3 complete answers and 10 minutes have shown it (guards.absence), or at once like this:');
};

export const decommission: TourStep = async (tour) => {
  heading(tour, '10. It is decommissioned', 'the inventory says so, which is more than saying nothing');
  await watch(
    tour,
    [
      { name, type: 'A', before: [second], after: [] },
      { name: secondPtr, type: 'PTR', before: [name], after: [] },
      claim(app, [second], []),
      claim(mail, [second], []),
    ],
    () => applyServer(tour, lineOf(second, both, ', state: decommissioned')),
  );
};

/** What web3 adds to a claim before and after. */
const claim = ({ name, type, others }: typeof app, before: readonly string[], after: readonly string[]): Watched => ({
  name,
  type,
  before: [...others, ...before],
  after: [...others, ...after],
});

const stays: readonly Watched[] = [
  { name, type: 'A', before: [second], after: [second] },
  { name: secondPtr, type: 'PTR', before: [name], after: [name] },
  claim(app, [second], [second]),
  claim(mail, [second], [second]),
];

/** Gives the inventory the line, or takes it out of it, says so, and applies. */
const applyServer = async (tour: Tour, line: string | null): Promise<void> => {
  const { say, io, options } = tour;
  const before = (await edit(tour, inventory, (text) => withServer(text, line))).split('\n');
  const was = before.find(isServer);
  say(`  ${inventory}`);
  if (was !== undefined) say(`    ${io.colours.red(`- ${shown(was)}`)}`);
  if (line !== null) say(`    ${io.colours.green(`+ ${shown(line)}`)}`);
  say('');
  expectCode(tour, 'apply', exit.done, await runApply(options, io, false));
};

/** Without the mark of a list, which beside those of a difference is one too many. */
const shown = (line: string): string => line.trim().replace(/^- /, '');

const isServer = (line: string): boolean => line.includes('name: web3,');

const withServer = (text: string, line: string | null): string => {
  const others = text.split('\n').filter((each) => each !== '' && !isServer(each));
  return `${[...others, ...(line === null ? [] : [line])].join('\n')}\n`;
};
