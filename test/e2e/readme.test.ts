import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanEnvironment } from '../command.ts';
import { startPowerDns, tempFolder } from '../servers/index.ts';
import { documents, root, textOf, textsIn } from './documents.ts';
import { jsonOf, sample } from './sample-repository.ts';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const bin = join(root, 'bin/hostmaster.ts');

/**
 * What a reader is told to type in sentences and tables, and in blocks outside of docs/: the blocks in there are run by
 * docs-run.test.ts.
 */
const commandsOf = (document: string): readonly string[] => {
  const blocks = document.startsWith('docs/') ? [] : textsIn(document, 'console');
  const lines = blocks.flatMap((block) => block.trim().split(/\n|&&/));
  const inline = [...textOf(document).matchAll(/`((?:hostmaster|npm|npx) [^`]+)`/g)].map((match) => match[1] ?? '');
  return [...new Set([...lines, ...inline].map((command) => command.trim()))];
};

const helpOf = (words: readonly string[]): { readonly status: number | null; readonly text: string } => {
  const { status, stdout } = spawnSync(process.execPath, [bin, ...words, '--help'], {
    env: cleanEnvironment(),
    encoding: 'utf8',
  });
  return { status, text: stdout };
};

/** The headings of a document, as GitHub makes anchors of them. */
const anchorsOf = (document: string): readonly string[] =>
  [...textOf(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

/** What is wrong with a command; null: nothing. */
const faultOf = (command: string): string | null => {
  const [program = '', verb = '', ...rest] = command
    .split(/\s+/)
    .filter((word) => word !== '--silent' && word !== '--');
  if (program === 'hostmaster') return faultOfHostmaster([verb, ...rest]);
  if (program === 'npx') return faultOf([verb, ...rest].join(' '));
  if (program !== 'npm') return `${program} is no command of ours`;
  if (['ci', 'test', 'install'].includes(verb)) return null;
  const [name = '', ...args] = rest;
  if (verb !== 'run' || !(name in scripts)) return `npm has no script ${name}`;
  const [, file, ...given] = String(scripts[name]).split(' ');
  return file === 'bin/hostmaster.ts' ? faultOfHostmaster([...given, ...args]) : null;
};

const faultOfHostmaster = (args: readonly string[]): string | null => {
  const [command, inner] = args.slice(args.findIndex((arg) => !arg.startsWith('-')));
  // A command of two words; the second one of others is an argument, which changes no help.
  const words = [command, inner].flatMap((word) => (word === undefined || word.startsWith('-') ? [] : [word]));
  const help = helpOf(words);
  if (help.status !== 0) return `hostmaster has no command ${command}`;
  const options = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.replace(/=.*/, ''));
  const unknown = options.filter((option) => !help.text.includes(option));
  return unknown.length === 0 ? null : `hostmaster ${command} has no option ${unknown.join(', ')}`;
};

describe.each(documents)('%s', (document) => {
  it.each(commandsOf(document))('tells to type what there is: %s', (command) => {
    expect(faultOf(command)).toBeNull();
  });

  const links = [...textOf(document).matchAll(/\]\(([^)#:]*)(?:#([^)]*))?\)/g)].map(([, path = '', heading]) => {
    const file = path === '' ? document : join(dirname(document), path);
    return { file, heading };
  });

  it('links to files that exist', () => {
    expect(links.filter(({ file }) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('links to headings that exist', () => {
    const lost = links.filter(({ file, heading }) => heading !== undefined && !anchorsOf(file).includes(heading));
    expect(lost).toEqual([]);
  });
});

describe('README.md', () => {
  it('says how to see it and how to test it', () => {
    expect(commandsOf('README.md')).toEqual(expect.arrayContaining(['npm ci', 'npm run demo', 'npm test']));
  });

  it('shows a repository, and what plan prints for it', async () => {
    const [config = '', zone = ''] = textsIn('README.md', 'yaml');
    const [plan = ''] = textsIn('README.md', 'text');
    const server = await startPowerDns({ backend: 'sqlite' });
    try {
      await server.api('POST', '/zones', { name: 'example.com.', kind: 'Native', rrsets: existing });
      const folder = tempFolder('readme');
      mkdirSync(join(folder, 'zones'));
      writeFileSync(join(folder, 'hostmaster.yaml'), config.replace('http://127.0.0.1:8081', server.url));
      writeFileSync(join(folder, 'zones/example.com.yaml'), zone);
      expect(await printed(folder, { PDNS_API_KEY: server.apiKey }, 'plan')).toBe(plan);
    } finally {
      await server.stop();
    }
  });
});

describe('docs/commands.md', () => {
  it('names every command', () => {
    const commands = [...helpOf([]).text.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1] ?? '');
    expect(commands).toEqual(expect.arrayContaining(['validate', 'plan', 'apply']));
    expect(
      commands.filter((name) => !textOf('docs/commands.md').includes(`\`hostmaster ${name}`) && name !== 'help'),
    ).toEqual([]);
  });
});

describe('the JSON of docs/commands.md', () => {
  /** The keys that the table has for a command. */
  const keysOf = (command: string): readonly string[] => {
    const [, row = ''] = new RegExp(`^\\| \`${command}\` \\| (.*) \\|$`, 'm').exec(textOf('docs/commands.md')) ?? [];
    return [...row.replace(/\(.*?\)/, '').matchAll(/`(\w+)`/g)].map(([, key = '']) => key);
  };

  it.each(['validate', 'plan', 'apply --yes', 'verify', 'explain www.example.com'])('is that of %s', async (line) => {
    const { run } = await sample();
    if (!line.startsWith('plan')) await run('apply', '--yes');
    const [command = '', ...args] = line.split(' ');
    const documented = [...keysOf(command), ...(command === 'apply' ? keysOf('plan') : [])];
    expect(documented).not.toEqual([]);
    const there = Object.keys(jsonOf(await run(command, ...args, '--format', 'json')));
    expect(there).toEqual(expect.arrayContaining(documented));
  });
});

describe('docs/README.md', () => {
  it('has every document in its index', () => {
    const others = documents.filter((document) => document.startsWith('docs/') && document !== 'docs/README.md');
    expect(others.filter((document) => !textOf('docs/README.md').includes(`](${basename(document)})`))).toEqual([]);
  });

  it('has four parts', () => {
    const parts = [...textOf('docs/README.md').matchAll(/^## (.*)$/gm)].map((match) => match[1]);
    expect(parts).toEqual(['Tutorial', 'How-to', 'Reference', 'Explanation']);
  });
});

describe('docs/inventory.md', () => {
  const document = 'docs/inventory.md';
  const examples = textsIn(document, 'yaml');
  const [answer = ''] = textsIn(document, 'json');
  /** The examples as one repository; each is of the file that has such a key. */
  const repository = (inventory: string): string => {
    const folder = tempFolder('inventory-docs');
    const has = (...keys: readonly string[]) => examples.filter((text) => keys.includes(text.split(':')[0] ?? ''));
    const [inventories = '', ...more] = has('inventory', 'registration', 'grants');
    mkdirSync(join(folder, 'zones'));
    writeFileSync(join(folder, 'hostmaster.yaml'), [zones, inventory || inventories, ...more].join('\n'));
    writeFileSync(join(folder, 'labels.yaml'), has('labels').join('\n'));
    writeFileSync(join(folder, 'groups.yaml'), has('groups').join('\n'));
    return folder;
  };

  it('shows YAML that loads without problems', async () => {
    expect(examples).toHaveLength(5);
    expect(await printed(repository(''), {}, 'validate')).toBe('3 zones checked: no problems\n');
  });

  it('shows an answer that gives the names that it speaks of', async () => {
    const folder = repository('inventory: { lab: { type: file, path: servers.json } }');
    writeFileSync(join(folder, 'servers.json'), answer);
    const plan = JSON.parse(await printed(folder, {}, 'plan', '--format', 'json'));
    expect(plan.problems.filter(({ severity }: { readonly severity: string }) => severity === 'error')).toEqual([]);
    const names = plan.changesets.flatMap(({ changes }: { readonly changes: readonly { readonly name: string }[] }) =>
      changes.map(({ name }) => name),
    );
    expect(names).toEqual(expect.arrayContaining(['web1.lab.internal.', 'www.example.com.']));
  });
});

/** What the examples of docs/inventory.md take for granted. */
const zones = `targets: { try: { provider: embedded, listen: "127.0.0.1:0", file: zones.sqlite } }
zones:
  example.com: { targets: [try], static: none, create: { ns: [ns1.example.net.] } }
  lab.internal: { targets: [try], static: none, create: { ns: [ns1.example.net.] } }
  2.0.192.in-addr.arpa: { targets: [try], static: none, create: { ns: [ns1.example.net.] } }
`;

/** What the name server of README's example holds before. */
const existing = [
  {
    name: 'example.com.',
    type: 'NS',
    ttl: 3600,
    records: [{ content: 'ns1.example.net.' }, { content: 'ns2.example.net.' }],
  },
  { name: 'www.example.com.', type: 'A', ttl: 300, records: [{ content: '192.0.2.10' }, { content: '192.0.2.11' }] },
  { name: 'ftp.example.com.', type: 'CNAME', ttl: 3600, records: [{ content: 'www.example.com.' }] },
];

const printed = (folder: string, env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env: cleanEnvironment(env) });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.pipe(process.stderr);
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
