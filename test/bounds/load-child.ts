// Loads the hostmaster.yaml that it is given, and says in JSON what was wrong with it and how much memory that took.
import { load } from '../../src/load/index.ts';

const before = process.resourceUsage().maxRSS;
const { problems, zones } = await load({ config: process.argv[2] ?? '' });
const { maxRSS } = process.resourceUsage();
process.stdout.write(
  JSON.stringify({
    megabytes: Math.round((maxRSS - before) / 1024),
    problems: problems.map(({ column, file, line, message, rule }) => `${file}:${line}:${column} ${rule}: ${message}`),
    complete: zones.map(({ complete }) => complete),
    records: zones.reduce((sum, { rrsets }) => sum + rrsets.reduce((all, { values }) => all + values.length, 0), 0),
  }),
);
