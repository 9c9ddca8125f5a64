import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.ts';
import type { Found, Site, Tool, ToolRun } from './tool.ts';

export interface Hostmaster extends Tool {
  /** Removes its state, so that the next run is cold. */
  forget(): void;
}

/** The built command (`program`), under the Node that runs the benchmark. */
export const hostmaster = (program: string, site: Site): Hostmaster => {
  const folder = join(site.folder, 'hostmaster');
  mkdirSync(folder, { recursive: true });
  const configFile = join(site.folder, 'hostmaster.yaml');
  writeFileSync(configFile, JSON.stringify(configuration(site)));
  const run = async (args: readonly string[]): Promise<ToolRun> => {
    const command = [process.execPath, program, ...args, '--config', configFile, '--format', 'json'];
    const result = await measure(command, { folder, env: site.server.env });
    if (result.code !== 0) throw new Error(`hostmaster ended with ${result.code}: ${wordsOf(result)}`);
    return { wall: result.wall, cpu: result.cpu, peak: result.peak, found: foundIn(result.stdout) };
  };
  return {
    name: 'Hostmaster',
    plan: () => run(['plan']),
    apply: () => run(['apply', '--yes']),
    forget: () => rmSync(join(site.folder, 'state'), { recursive: true, force: true }),
  };
};

// JSON is YAML.
const configuration = ({ server }: Site): unknown => ({
  state: 'state/state.sqlite',
  targets: { target: server.hostmaster },
  zones: {
    '*': {
      targets: ['target'],
      static: 'zones/',
      create: { kind: 'Native', ns: ['ns1.dns.example.', 'ns2.dns.example.'], soa_edit_api: 'INCREASE' },
    },
  },
});

const foundIn = (stdout: string): Found => {
  const { summary }: { summary: Found } = JSON.parse(stdout);
  return { create: summary.create, replace: summary.replace, delete: summary.delete };
};

const wordsOf = (run: { readonly stdout: string; readonly stderr: string }): string =>
  run.stderr.slice(-2_000) || run.stdout.slice(-2_000);
