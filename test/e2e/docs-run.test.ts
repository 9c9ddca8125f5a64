import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksIn, countOfCommandBlocks, documents, isCommand, root, textOf } from './documents.ts';
import { typeAll, withShown } from './shell.ts';
import { stages } from './stages.ts';

// Every block of commands in a document is run here as its reader would, and shows what the document says that it shows.
// GOLDEN_UPDATE=1 writes into the document what it shows now; read the difference before you commit it.

const update = process.env.GOLDEN_UPDATE === '1';

/** docs/configuration.md is generated: its text stands in a file of scripts/. */
const sourceOf = (document: string): string => {
  const template = join(root, 'scripts', basename(document));
  return existsSync(template) ? template : join(root, document);
};

/** Blocks that nobody can run here, and why; those of docs/ say so in a comment before them. */
const notRun: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'README.md': {
    'npm ci && npm run demo':
      'npm ci replaces the packages that the tests run on; test/e2e/running.test.ts runs the demo',
    'npm ci && npm test': 'npm test is what runs this',
  },
  '.github/CONTRIBUTING.md': {
    'npm ci\nnpm run hostmaster -- --help\nnpm test': 'npm test is what runs this, on the packages of npm ci',
  },
  'providers/README.md': {
    'hostmaster validate\nhostmaster apply\nhostmaster plan --exit-code':
      'test/e2e/package.test.ts types these, with --yes, where the package is installed',
    'npm ci\nnpm run test:unit -- test/conformance/my-service.test.ts':
      'test/conformance/json-file.test.ts is such a file, for the provider that the document shows',
  },
  'docs/http.md': {
    [[
      'body=\'{"at": "\'$(date --utc +%FT%TZ)\'", "servers": [{"name": "web1", "ips": ["192.0.2.11", "2001:db8::11"], "labels": ["web"]}]}\'',
      'signature=$(printf \'%s\' "$body" | openssl dgst -sha256 -hmac "$LAB_HOOK_SECRET" -r | cut --delimiter=\' \' --fields=1)',
      'curl --silent --json "$body" --header "X-Hub-Signature-256: sha256=$signature" \'http://127.0.0.1:8053/hooks/inventory/lab?wait=30s\'',
    ].join('\n')]: 'test/daemon/http/documented.test.ts types it, where only the hook is looked at',
  },
  'docs/route53.md': {
    "pip install 'moto[server]'\nmoto_server -p 5000":
      'installs packages; the tests start the same server on a free port (test/servers/moto.ts)',
  },
  'docs/tutorial.md': {
    'sudo apt-get install --yes --no-install-recommends pdns-server pdns-backend-sqlite3 sqlite3 bind9-dnsutils curl':
      'installs packages, which npm test does itself',
    'npm ci': 'replaces the packages that the tests run on, which were installed by it',
  },
};

/** Commands of other programs within sentences of docs/: no step of anything, and why they are not run here. */
const mentioned: Readonly<Record<string, string>> = {
  'rndc freeze': 'what an operator does before editing a zone file by hand',
  'knotc zone-freeze': 'the same for Knot',
  'named-checkzone -i local': 'test/rules/checkzone.test.ts runs it on each rule of the table',
  'sudo systemctl disable --now pdns': "ends a service of the reader's machine",
};

const programs =
  /`((?:sudo|rndc|knotc|pdnsutil|pip|moto_server|dig|curl|apt-get|systemctl|named-\w+|git|node|npx) [^`]+)`/g;

const commandsOf = (document: string) => blocksIn(document).filter(isCommand);

describe.each(documents)('the commands of %s', (document) => {
  const left = notRun[document] ?? {};

  it('are run, or it is said why not', () => {
    const unrun = commandsOf(document).filter((block) => !(document in stages) || block.notRun !== null);
    expect(unrun.map(({ text }) => text.trim())).toEqual(Object.keys(left));
    if (!document.startsWith('docs/')) return;
    expect(unrun.map(({ notRun: why }) => why)).toEqual(Object.values(left));
  });

  it('stand in blocks that are seen here', () => {
    expect(commandsOf(document)).toHaveLength(countOfCommandBlocks(document));
  });
});

it('the commands of other programs that sentences mention are these', () => {
  const pages = documents.filter((document) => document.startsWith('docs/'));
  const found = pages.flatMap((document) => [...textOf(document).matchAll(programs)].map(([, command]) => command));
  expect([...new Set(found)].toSorted()).toEqual(Object.keys(mentioned).toSorted());
});

describe.each(Object.entries(stages))('a reader of %s', (document, stage) => {
  it('sees what it shows', { timeout: 240_000 }, async () => {
    await stage(async (setting) => {
      const typed = await typeAll(blocksIn(document), setting);
      expect(typed.length).toBeGreaterThan(0);
      const source = sourceOf(document);
      if (update) writeFileSync(source, withShown(readFileSync(source, 'utf8'), typed, setting));
      expect(typed.map(({ command, output, code }) => ({ command, output, code }))).toEqual(
        typed.map(({ command, output, expected, exits }) => ({ command, output: expected ?? output, code: exits })),
      );
    });
  });
});
