import { type ProbeQuestion, type Prober, startProber } from '../../servers/index.ts';
import type { Zones } from './lab.ts';
import type { Place } from './places.ts';

const typeNumbers: Readonly<Record<string, number>> = { A: 1, CNAME: 5, MX: 15, TXT: 16, AAAA: 28, PTR: 12 };

/** Asks for those of `live` that are names of the histories, all the while. */
export const watch = (place: Place, live: ReadonlySet<string>): Promise<Prober> => {
  const keys = universe(place.zones);
  const questions = keys.map((key): ProbeQuestion & { readonly key: string } => {
    const [name = '', type = ''] = key.split(' ');
    return { key, name: name.replace('*', 'any'), type: typeNumbers[type] ?? 1 };
  });
  const keyOf = new Map(questions.map(({ key, name, type }) => [`${name} ${type}`, key]));
  const due = ({ name, type = 1 }: ProbeQuestion): boolean => live.has(keyOf.get(`${name} ${type}`) ?? '');
  return startProber(place.dns, questions, { due, pause: 10 });
};

const universe = ({ forward, reverse, shared }: Zones): readonly string[] => [
  ...['web1', 'web2', 'web3', 'web4', 'web5'].flatMap((name) => [`${name}.${forward} A`, `${name}.srv.${shared} TXT`]),
  ...[1, 2, 3, 4, 5, 6, 7].flatMap((last) => ([1, 2] as const).map((net) => `${last}.${reverse[net]} PTR`)),
  ...['A', 'AAAA'].map((type) => `www.${shared} ${type}`),
  ...['app', 'static', '*.wild', 'k8s', 'deep.under'].map((name) => `${name}.${shared} A`),
  ...['anchor', 'long', 'ignored'].map((name) => `${name}.${shared} TXT`),
  `${shared} TXT`,
];
