import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempFolder } from '../servers/child.ts';

const targetName = (i: number): string => `t${String(i).padStart(2, '0')}`;

/** The line of hostmaster.yaml that a target stands in, the first one's being 2, and its name. */
export const placeOf = (i: number) => ({ line: i + 2, target: targetName(i) });

/** A repository in a folder of its own: a target for each entry, such as `provider: embedded`, and its files by path. */
export const repositoryOf = (entries: readonly string[], files: Readonly<Record<string, string>> = {}): string => {
  const folder = tempFolder('external');
  const names = entries.map((_, i) => targetName(i));
  const targets = entries.map((entry, i) => `  ${targetName(i)}: { ${entry} }\n`).join('');
  const zone = "'': { type: NS, ttl: 300, values: [ns1.example.net., ns2.example.net.] }\n";
  const all = {
    'package.json': '{ "type": "module" }',
    'hostmaster.yaml': `targets:\n${targets}zones:\n  example.com: { targets: [${names.join(', ')}], create: true }\n`,
    'zones/example.com.yaml': zone,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
};

/** A module whose factory has these keys in place of good ones; each is source text, and '' leaves the key out. */
export const factoryText = (keys: Readonly<Record<string, string>> = {}): string => {
  const good = {
    apiVersion: '1',
    name: "'try'",
    schema: "{ type: 'object', properties: {} }",
    secrets: '[]',
    open: "async () => { throw new Error('not meant to be opened'); }",
  };
  const all = Object.entries({ ...good, ...keys }).filter(([, text]) => text !== '');
  return `export const factory = { ${all.map(([key, text]) => `${key}: ${text}`).join(', ')} };\n`;
};

/** A factory that says what it is opened with, in an error of its own copy of the door; secrets backwards, as none is shown. */
export const tellingFactory = (keys: Readonly<Record<string, string>> = {}): string =>
  `import { HostmasterError } from 'hostmaster/provider';
${factoryText({
  ...keys,
  open: `async ({ config, secrets: given, folder, zones }) => {
    const backwards = ([key, secret]) => [key, [...secret].reverse().join('')];
    const secrets = Object.fromEntries(Object.entries(given).map(backwards));
    throw new HostmasterError('TARGET_REFUSED', 'stop', JSON.stringify({ config, secrets, folder, zones }));
  }`,
})}`;
