import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.ts';
import { type Found, requestTimeout, type Site, type Tool, type ToolRun } from './tool.ts';

export const octodnsVersions = { octodns: '1.22', 'octodns-powerdns': '1.2' } as const;

/** Makes the virtual environment once; gives the path of octodns-sync. */
export const installOctodns = (cache: string): string => {
  const venv = join(cache, 'venv');
  const sync = join(venv, 'bin', 'octodns-sync');
  if (existsSync(sync)) return sync;
  mkdirSync(cache, { recursive: true });
  const requirements = Object.entries(octodnsVersions).map(([name, version]) => `${name}==${version}.*`);
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  execFileSync(join(venv, 'bin', 'pip'), ['-q', 'install', ...requirements], { stdio: 'inherit' });
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
    const result = await measure([sync, '--config-file', configFile, '--quiet', ...args], { folder });
    if (result.code !== 0) throw new Error(`octodns-sync ended with ${result.code}: ${result.stderr.slice(-2_000)}`);
    return { wall: result.wall, cpu: result.cpu, peak: result.peak, found: foundIn(result.stdout + result.stderr) };
  };
  return { name: 'octoDNS', plan: () => run([]), apply: () => run(['--doit']) };
};

// JSON is YAML.
const configuration = (site: Site): unknown => {
  const { hostname, port } = new URL(site.apiUrl);
  return {
    manager: { max_workers: 1 },
    providers: {
      files: {
        class: 'octodns.provider.yaml.YamlProvider',
        directory: join(site.folder, 'zones'),
        enforce_order: false,
        escaped_semicolons: true,
      },
      pdns: {
        class: 'octodns_powerdns.PowerDnsProvider',
        host: hostname,
        port: Number(port),
        api_key: site.apiKey,
        timeout: requestTimeout,
        soa_edit_api: 'increase',
        mode_of_operation: 'native',
        enable_dynamic: false,
      },
    },
    zones: { '*': { sources: ['files'], targets: ['pdns'] } },
  };
};

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
