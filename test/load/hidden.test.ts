import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askInventories } from '../../src/inventory/index.ts';
import { noRoles } from '../../src/model/roles.ts';
import { loadFolder, problemsOf, repository, rrsetsOf, targets } from './load-repository.ts';

// Hidden files and folders are read for nobody: .git/config has a checkout's token.

const token = 'AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW4';
const gitConfig = `[http "https://git.example"]\n\textraheader = ${token}\n`;
const hidden = { '.git/config': gitConfig, '.env': gitConfig, '.Git/CONFIG.yaml': gitConfig };

const loaded = async (files: Readonly<Record<string, string>>, entry: string, link?: readonly [string, string]) => {
  const config = `${targets}zones: {example.com: {targets: [pdns]${entry}}}\n`;
  const folder = repository({ ...hidden, 'hostmaster.yaml': config, ...files });
  if (link !== undefined) symlinkSync(link[0], join(folder, link[1]));
  return loadFolder(folder);
};

const expectHidden = (found: Awaited<ReturnType<typeof loadFolder>>): void => {
  const said = problemsOf(found).join('\n');
  expect(said).toMatch(/a name with a dot in front/);
  for (const piece of ['http', 'extraheader', 'basic', token]) expect(said).not.toContain(piece);
  expect(found.zones.flatMap(({ rrsets }) => rrsets)).toEqual([]);
};

describe('a hidden file or folder', () => {
  it.each([
    '.git/config',
    '.env',
    '.git',
    './.git/../.git/config',
    'zones/../.git/config',
    '.Git/CONFIG.yaml',
    '"{root}/.git/config"',
  ])('is no zone: static: %s', async (path) => {
    const folder = repository({ ...hidden, 'zones/other.yaml': '' });
    const entry = path.replace('{root}', folder);
    writeFileSync(
      join(folder, 'hostmaster.yaml'),
      `${targets}zones: {example.com: {targets: [pdns], static: ${entry}}}\n`,
    );
    expectHidden(await loadFolder(folder));
  });

  it.each(['.git/config', '../.git/config', '../zones/../.git/config', '../.env', 'linked', 'folder/config'])(
    'is not included: $INCLUDE %s',
    async (path) => {
      const zone = `$TTL 60\n@ NS ns1.example.net.\n$INCLUDE ${path}\n`;
      const folder = repository({
        ...hidden,
        'hostmaster.yaml': `${targets}zones: {example.com: {targets: [pdns]}}\n`,
        'zones/example.com.zone': zone,
      });
      mkdirSync(join(folder, 'zones/.git'));
      writeFileSync(join(folder, 'zones/.git/config'), gitConfig);
      symlinkSync('../.git/config', join(folder, 'zones/linked'));
      symlinkSync('../.git', join(folder, 'zones/folder'));
      const found = await loadFolder(folder);
      const said = problemsOf(found).join('\n');
      expect(said).toContain('a name with a dot in front');
      for (const piece of ['extraheader', 'basic', token]) expect(said).not.toContain(piece);
      expect(found.zones[0]?.complete).toBe(false);
    },
  );

  it('is not read by a symlink where a zone file, labels.yaml or a split zone is looked for', async () => {
    expectHidden(await loaded({ 'zones/none': '' }, '', ['../.git/config', 'zones/example.com.yaml']));
    expectHidden(await loaded({ 'zones/example.com./none': '' }, '', ['../../.env', 'zones/example.com./a.yaml']));
    const roles = await loaded({ 'zones/example.com.yaml': '' }, '', ['.git/config', 'labels.yaml']);
    expectHidden(roles);
  });

  it('is no inventory', async () => {
    const folder = repository({ ...hidden, 'servers.json': '[]' });
    symlinkSync('.git/config', join(folder, 'linked.json'));
    for (const path of ['.git/config', '.env', 'x/../.git/config', 'linked.json']) {
      const { roster } = await askInventories(
        [
          {
            name: 'lab',
            type: 'file',
            config: { path },
            secrets: {},
            interval: 1,
            at: { file: 'hostmaster.yaml', line: 1, column: 1 },
          },
        ],
        {
          maxShrink: noRoles.max_shrink,
          limits: noRoles.absence,
          secretsOf: async () => ({}),
          folder,
          known: () => null,
          now: 0,
          allowShrink: new Set(),
        },
      );
      const [problem] = roster.problems;
      expect(problem?.message, path).toContain('a name with a dot in front');
      expect(JSON.stringify(roster)).not.toContain('extraheader');
    }
  });

  it('is read where only the folder of the repository itself is in one, or Kubernetes mounts it', async () => {
    const folder = repository({
      '.config/dns/hostmaster.yaml': `${targets}zones: {example.com: {targets: [pdns]}}\n`,
      '.config/dns/zones/..2026_11_30/example.com.yaml': 'www: {type: A, value: 192.0.2.1}\n',
    });
    const dns = join(folder, '.config/dns');
    symlinkSync('..2026_11_30', join(dns, 'zones/..data'));
    symlinkSync('..data/example.com.yaml', join(dns, 'zones/example.com.yaml'));
    const found = await loadFolder(dns);
    expect(problemsOf(found)).toEqual([]);
    expect(rrsetsOf(found.zones[0])).toEqual(['www.example.com. 3600 A 192.0.2.1']);
  });
});

it('a hostmaster.yaml that leads into the folder of Git is not read', async () => {
  const folder = repository(hidden);
  symlinkSync('.git/config', join(folder, 'hostmaster.yaml'));
  const error = await loadFolder(folder).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'CONFIG', message: expect.stringContaining("one of Git's own files") });
});
