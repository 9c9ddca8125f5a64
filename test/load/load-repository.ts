import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { inventorySources } from '../../src/inventory/index.ts';
import { load } from '../../src/load/index.ts';
import type { Definitions } from '../../src/model/definitions.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { DesiredZone } from '../../src/model/zone.ts';

/** A folder with these files, gone after the test. */
export const repository = (files: Readonly<Record<string, string | Uint8Array>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hostmaster-load-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
};

export const providers = {
  powerdns: {
    schema: {
      type: 'object',
      additionalProperties: false,
      required: ['url'],
      properties: { url: { type: 'string', pattern: '^https?://' }, server: { type: 'string', default: 'localhost' } },
    },
    secrets: ['api_key'],
  },
};

export const targets = 'targets: {pdns: {provider: powerdns, url: "http://127.0.0.1:8081"}}\n';

export const loadFolder = (folder: string): Promise<Definitions> =>
  load({ config: join(folder, 'hostmaster.yaml'), providers, inventories: inventorySources });

/** Loads a repository whose hostmaster.yaml is `config`. */
export const loadFiles = (config: string, files: Readonly<Record<string, string | Uint8Array>> = {}) =>
  loadFolder(repository({ 'hostmaster.yaml': config, ...files }));

/** `zones/example.com.yaml:3:5 error rdata-syntax: …` */
export const shown = (problem: Problem): string =>
  `${problem.file}:${problem.line}:${problem.column} ${problem.severity} ${problem.rule}: ${problem.message}`;

export const problemsOf = (definitions: Definitions): readonly string[] => definitions.problems.map(shown);

/** `www.example.com. 300 A 192.0.2.1 192.0.2.2` */
export const rrsetsOf = (zone: DesiredZone | undefined): readonly string[] =>
  (zone?.rrsets ?? []).map(
    ({ name, ttl, type, values }) => `${name} ${ttl} ${type} ${values.map(({ rdata }) => rdata).join(' | ')}`,
  );

export const quarantineOf = (zone: DesiredZone | undefined): readonly string[] =>
  (zone?.quarantined ?? []).map(({ name, type }) => `${name} ${type ?? '*'}`);

/** Rows for `it.each` with the text's beginning as a title before it: some texts are too long to show. */
export const titled = (rows: readonly (readonly [string | Uint8Array, string])[]) =>
  rows.map(([text, wanted]) => [JSON.stringify(`${text}`.slice(0, 60)), text, wanted] as const);
