import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.ts';
import type { Found, Site, Tool, ToolRun } from './tool.ts';

export const octodnsVersions = { octodns: '1.22', 'octodns-powerdns': '1.2', 'octodns-bind': '1.1' } as const;

/** Makes the virtual environment once; gives the path of octodns-sync. */
export const installOctodns = (cache: string): string => {
  const venv = join(cache, 'venv');
  const sync = join(venv, 'bin', 'octodns-sync');
  const requirements = Object.entries(octodnsVersions).map(([name, version]) => `${name}==${version}.*`);
  const installed = join(venv, 'installed');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === requirements.join()) return sync;
  mkdirSync(cache, { recursive: true });
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  execFileSync(join(venv, 'bin', 'pip'), ['-q', 'install', ...requirements], { stdio: 'inherit' });
  writeFileSync(installed, requirements.join());
  return sync;
};

/**
 * octoDNS through its own command, in its fast settings: it need not check the order of keys nor probe for dynamic
 * records, and it logs warnings only.
 */
export const octodns = (sync: string, site: Site, label: string): Tool => {
  const folder = join(site.folder, label);
  mkdirSync(folder, { recursive: true });
  const configFile = join(folder, 'octodns.json');
  writeFileSync(configFile, JSON.stringify(configuration(site)));
  const run = async (args: readonly string[]): Promise<ToolRun> => {
    const result = await measure([sync, '--config-file', configFile, '--quiet', ...args], {
      folder,
      env: site.server.env,
    });
    if (result.code !== 0) throw new Error(`octodns-sync ended with ${result.code}: ${result.stderr.slice(-2_000)}`);
    return { wall: result.wall, cpu: result.cpu, peak: result.peak, found: foundIn(result.stdout + result.stderr) };
  };
  return { name: 'octoDNS', plan: () => run([]), apply: () => run(['--doit']) };
};

// JSON is YAML.
const configuration = ({ folder, server }: Site): unknown => ({
  manager: { max_workers: 1 },
  providers: {
    files: {
      class: 'octodns.provider.yaml.YamlProvider',
      directory: join(folder, 'zones'),
      enforce_order: false,
      escaped_semicolons: true,
    },
    target: server.octodns,
  },
  zones: { '*': { sources: ['files'], targets: ['target'] } },
});

const foundIn = (text: string): Found => {
  const found = { create: 0, replace: 0, delete: 0 };
  for (const [, creates, updates, deletes] of text.matchAll(/Summary: Creates=(\d+), Updates=(\d+), Deletes=(\d+)/g)) {
    found.create += Number(creates);
    found.replace += Number(updates);
    found.delete += Number(deletes);
  }
  const total = found.create + found.replace + found.delete;
  if (total === 0 && !text.includes('No changes were planned')) throw new Error(`octoDNS gave no plan: ${text}`);
  return found;
};
