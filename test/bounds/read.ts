import { readMaster } from '../../src/load/master/read-master.ts';
import { joinContents } from '../../src/load/zone-content.ts';
import { readZoneYaml } from '../../src/load/zone-yaml/read-zone-yaml.ts';
import { type Problem, sortProblems } from '../../src/model/problem.ts';
import type { DesiredZone } from '../../src/model/zone.ts';
import { checkZones } from '../../src/rules/index.ts';
import { settings } from '../rules/zones.ts';

export const apex = 'example.com.';
const context = { zone: apex, ttl: 300, allowLua: true };

export interface ReadText {
  readonly zone: DesiredZone;
  readonly problems: readonly Problem[];
}

/** A zone file through the reader and the rules, as `validate` has it. */
export const readText = async (form: 'yaml' | 'master', text: string): Promise<ReadText> => {
  const include = async (file: string) => ({ file, text: { status: 'missing' as const } });
  const read =
    form === 'yaml' ? readZoneYaml('z.yaml', text, context) : await readMaster('z.zone', text, context, include);
  const { complete, problems, quarantined, rrsets } = joinContents([read]);
  const zone = { id: { name: apex, view: null }, settings, rrsets, quarantined, complete, files: ['z'] };
  const checked = checkZones([zone], { zoneNames: [apex] });
  return { zone: checked.zones[0] ?? zone, problems: sortProblems([...problems, ...checked.problems]) };
};
