import type { KnownInventory, Server } from '../model/server.ts';
import type { CheckedEntries } from './check-answer.ts';

/** Where an answer may lack addresses, each server keeps those that it had, unless the answer gives them to another. */
export const withKnownAddresses = (answer: CheckedEntries, known: KnownInventory | null): CheckedEntries => {
  if (answer.lacksAddresses !== true || known === null) return answer;
  const taken = new Set([...answer.servers.values()].flatMap(({ ips }) => ips));
  const before = new Map(known.servers.map(({ server }) => [server.name, server.ips]));
  const whole = (server: Server): Server => {
    const last = before.get(server.name) ?? [];
    const kept = last.filter((ip) => server.ips.includes(ip) || !taken.has(ip));
    const isPart = server.ips.every((ip) => kept.includes(ip));
    return { ...server, ips: isPart ? kept : [...new Set([...server.ips, ...kept])] };
  };
  return { ...answer, servers: new Map([...answer.servers].map(([name, server]) => [name, whole(server)])) };
};
