// docs/rules.md, made of the rules themselves.
import { composeRules } from '../src/compose/index.ts';
import { inventoryRules } from '../src/inventory/inventory-rules.ts';
import { loadRules } from '../src/load/load-rules.ts';
import type { ComparedRuleText, RuleText } from '../src/model/rule.ts';
import { planRules } from '../src/plan/rules.ts';
import { rules } from '../src/rules/index.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('*.', '\\*.');

const sentence = (text: string): string => {
  const begun = /^[a-zA-Z]+[ ,]/.test(text) ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;
  return begun === '' || begun.endsWith('.') ? begun : `${begun}.`;
};

const table = (rows: readonly ComparedRuleText[]): string =>
  [
    '| rule | severity | what breaks it | octoDNS | named-checkzone | why |',
    '|---|---|---|---|---|---|',
    ...rows.map(({ id, severity, summary, octodns, namedCheckzone, why }) =>
      `| \`${id}\` | ${severity} | ${[sentence(summary), octodns, namedCheckzone, sentence(why)].map(cell).join(' | ')} |`.replace(
        '|  |',
        '| |',
      ),
    ),
  ].join('\n');

const shortTable = (rows: readonly RuleText[]): string =>
  [
    '| rule | severity | what breaks it |',
    '|---|---|---|',
    ...rows.map(({ id, severity, summary, why }) => {
      const words = why === undefined ? sentence(summary) : `${sentence(summary)} ${sentence(why)}`;
      return `| \`${id}\` | ${severity} | ${cell(words)} |`;
    }),
  ].join('\n');

const byId = <T extends RuleText>(rows: readonly T[]): readonly T[] => [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));

/** The whole document. */
export const rulesDoc = (): string => `# Rules

<!-- Made by \`npm run generate\` of the tables of rules; do not edit. -->

\`hostmaster validate\` checks all of these and reports every problem at once, with file, line, column and rule.

- An **error** keeps its RRset from being written: it is quarantined, so that what exists at the name server stays as it
  is, with every other change at its name. Everything else goes on. Exit code 1.
- A **warning** is said, and what it is about is written all the same.
- \`octodns: {lenient: true}\` in a record makes warnings of its errors (not of those that are found in reading).
- \`exempt\` in hostmaster.yaml silences a rule for the names that a glob matches:

  \`\`\`yaml
  zones:
    example.com:
      exempt: [{ rule: ttl-high, name: "static.**", reason: "never moves" }]
  \`\`\`

The octoDNS column says what octoDNS 1.22 does with \`manager: {enabled: [strict]}\`, the next one what
\`named-checkzone -i local\` of BIND 9.18 does.

## Rules of a zone

These look at the zone as it will be, whatever it was read from. \`exempt\` reaches them.

${table(byId(rules))}

## Rules of the files

These are found in reading; \`exempt\` does not reach them.

${table(byId(loadRules))}

## Rules of servers

These are found where the servers of an inventory become records. What breaks one is not written for that server; what
exists at its name stays, and the others go on.

${shortTable(byId(composeRules))}

## Rules of inventories

These are found in what an inventory answers.

${shortTable(byId(inventoryRules))}

## Rules of targets

These are found where a zone meets the target that is to hold it.

${shortTable(byId(planRules))}
`;
