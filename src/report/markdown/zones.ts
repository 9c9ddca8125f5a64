import { sameCheck } from '../../model/health.ts';
import { count } from '../../model/phrases.ts';
import type { Change, PlannedRRset, Withheld } from '../../model/plan.ts';
import type { ZoneSection } from '../report.ts';
import { changeInWords, nameInZone } from '../words/change.ts';
import { checkInWords } from '../words/check.ts';
import { reasonsOf } from '../words/origin.ts';
import { visible } from '../words/visible.ts';
import { code, codeOfFile, inert, table } from './markup.ts';

/** Those first in which something may be lost, as many as fit into `room` characters; the others are counted. */
export const fittingZones = (zones: readonly ZoneSection[], room: number): readonly string[] => {
  const dangerous = zones.filter(({ risk }) => risk !== 'adds');
  const texts = [...dangerous, ...zones.filter(({ risk }) => risk === 'adds')].map(zoneBlock);
  let left = room;
  const shown = texts.findIndex((text) => {
    left -= text.length + 2;
    return left < 0;
  });
  if (shown === -1) return texts;
  return [
    ...texts.slice(0, shown),
    `… and ${count(texts.length - shown, 'more zone')} (\`--format json\` has them all)`,
  ];
};

const zoneBlock = ({ title, zone, target, isNew, changes, cost, withheld, unmanaged }: ZoneSection): string => {
  const isDangerous = ({ action, name }: Change) => action === 'delete' || name === zone;
  const ordered = [...changes.filter(isDangerous), ...changes.filter((change) => !isDangerous(change))];
  const rows = ordered.map((change) => rowOf(change, zone));
  return [
    `### ${code(title)} at ${code(target)}${isNew ? ' (new zone)' : ''}`,
    ...(rows.length === 0 ? [] : [table(['', 'name', 'type', 'before', 'after', 'why'], rows)]),
    ...(cost === null ? [] : [`💰 ${inert(cost)}`]),
    ...withheldBlocks(withheld),
    ...(unmanaged.length === 0 ? [] : [`<sub>left alone: ${count(unmanaged.length, 'RRset')}</sub>`]),
  ].join('\n\n');
};

/** Of one reason. */
const mostWithheld = 20;
const mostAllows = 5;
const mostReasons = 50;

const withheldBlocks = (withheld: readonly Withheld[]): readonly string[] => {
  const groups = [...Map.groupBy(withheld, ({ guard, reason }) => `${guard}: ${reason}`)];
  const more = groups.slice(mostReasons).reduce((sum, [, group]) => sum + group.length, 0);
  return [
    ...groups.slice(0, mostReasons).map(([reason, group]) => {
      const changes = group.slice(0, mostWithheld).map((change) => code(changeInWords(change)));
      const rest = group.length > mostWithheld ? ` and ${count(group.length - mostWithheld, 'more', 'more')}` : '';
      return `⛔ withheld by ${inert(reason)}: ${changes.join(', ')}${rest}${allowsOf(group)}`;
    }),
    ...(more === 0 ? [] : [`⛔ … and ${count(more, 'more change')} withheld`]),
  ];
};

const allowsOf = (group: readonly Withheld[]): string => {
  const allows = [...new Set(group.flatMap(({ allow }) => (allow === null ? [] : [allow])))].slice(0, mostAllows);
  return allows.length === 0 ? '' : `; to let it through: ${allows.map((allow) => code(`--allow ${allow}`)).join(' ')}`;
};

const icons = { create: '🟢 create', replace: '🟡 replace', delete: '🔴 **delete**' } as const;

const rowOf = (change: Change, zone: string): readonly string[] => {
  const { action, name, type, before, after } = change;
  return [
    icons[action],
    code(nameInZone(name, zone)) + (name === zone ? ' **apex**' : ''),
    code(type),
    cellOf(type, before),
    cellOf(type, after),
    reasonsOf(change).map(codeOfFile).join(' <br> '),
  ];
};

const mostValues = 5;
const longestValue = 200;

const cellOf = (type: string, rrset: PlannedRRset | null): string => {
  if (rrset === null) return '';
  const { health_check: check, ttl, values } = rrset;
  const more = values.length > mostValues ? [`… ${count(values.length, 'value')}`] : [];
  return [
    `${ttl}`,
    ...values.slice(0, mostValues).map(({ rdata }) => code(shortened(rdata))),
    ...more,
    ...(sameCheck(type, check, null) ? [] : [`health check: ${inert(visible(checkInWords(check)))}`]),
  ].join(' <br> ');
};

const shortened = (text: string): string => (text.length > longestValue ? `${text.slice(0, longestValue)}…` : text);
