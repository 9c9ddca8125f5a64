import { count, listed } from '../../model/phrases.ts';
import type { Unmanaged, Withheld } from '../../model/plan.ts';
import { type Line, toned, type ZoneSection } from '../report.ts';
import { changeInWords } from '../words/change.ts';
import { countsOfZones } from '../words/counts.ts';
import { shellWord } from '../words/shell.ts';
import { changeLines, type MostChanges, mostInPlan } from './changes.ts';

const mostZones = { removes: 100, replaces: 30, adds: 20 };

/** Zone by zone, until nobody would read on; then the rest in one line. What may hurt is shown longer. */
export const zoneParagraphs = (zones: readonly ZoneSection[]): readonly (readonly Line[])[] => {
  const paragraphs: (readonly Line[])[] = [];
  const rest: ZoneSection[] = [];
  const zonesLeft = { ...mostZones };
  let most = mostInPlan;
  for (const zone of zones) {
    const shown = zonesLeft[zone.risk] === 0 ? null : zoneLines(zone, most);
    if (shown === null) {
      rest.push(zone);
      continue;
    }
    paragraphs.push(shown.lines);
    most = shown.left;
    zonesLeft[zone.risk] -= 1;
  }
  return rest.length === 0 ? paragraphs : [...paragraphs, [restLine(rest)]];
};

const restLine = (rest: readonly ZoneSection[]): Line => {
  const words = countsOfZones(rest);
  return [
    `… and ${count(rest.length, 'more zone')}: ${listed(words.length === 0 ? ['new'] : words)} (--format json has them all)`,
  ];
};

interface ZoneLines {
  readonly lines: readonly Line[];
  readonly left: MostChanges;
}

/** null: nothing of it may be shown any more. */
const zoneLines = (section: ZoneSection, most: MostChanges): ZoneLines | null => {
  const { title, zone, target, isNew, changes, cost, withheld, unmanaged } = section;
  const { lines, left } = changeLines(changes, zone, most);
  if (changes.length > 0 && lines.length === 0) return null;
  return {
    lines: [
      [toned(title, 'strong'), ` at ${target}${isNew ? ' (new zone)' : ''}`],
      ...lines,
      ...(cost === null ? [] : [[toned(`    ${cost}`, 'aside')]]),
      ...withheldLines(withheld),
      ...unmanagedLines(unmanaged),
    ],
    left,
  };
};

/** Of one reason. */
const mostWithheld = 20;
const mostReasons = 50;

const withheldLines = (withheld: readonly Withheld[]): readonly Line[] => {
  const groups = Map.groupBy(withheld, ({ guard, reason, allow }) => `${guard}\n${reason}\n${allow ?? ''}`);
  const all = [...groups.values()];
  const more = all.slice(mostReasons).reduce((sum, group) => sum + group.length, 0);
  return [
    ...all.slice(0, mostReasons).flatMap(withheldOfReason),
    ...(more === 0
      ? []
      : [[toned(`  ! … and ${count(more, 'more change')} withheld (--format json has them all)`, 'error')]]),
  ];
};

const withheldOfReason = (group: readonly Withheld[]): readonly Line[] => {
  const [first] = group;
  if (first === undefined) return [];
  const changes = group.slice(0, mostWithheld).map(changeInWords);
  const more = group.length - changes.length;
  return [
    [toned(`  ! withheld by ${first.guard}: ${first.reason}`, 'error')],
    ...changes.map((change) => [`      ${change}`]),
    ...(more > 0 ? [[`      … and ${count(more, 'more', 'more')}`]] : []),
    ...(first.allow === null ? [] : [[`      ${allowWords(first.allow)}: --allow ${shellWord(first.allow)}`]]),
  ];
};

/** That a server is gone is remembered; all else is let through once. */
const allowWords = (allow: string): string =>
  allow.startsWith('absent:') ? 'to let all of that server go' : 'to let it through in one run';

const mostWhys = 4;

const unmanagedLines = (unmanaged: readonly Unmanaged[]): readonly Line[] => {
  if (unmanaged.length === 0) return [];
  const whys = [...Map.groupBy(unmanaged, ({ why }) => why)].map(
    ([why, group]) => `${count(group.length, 'RRset')} (${why})`,
  );
  const shown =
    whys.length > mostWhys ? [...whys.slice(0, mostWhys), count(whys.length - mostWhys, 'other reason')] : whys;
  return [[toned(`    left alone: ${listed(shown)}`, 'aside')]];
};
