// When a commit may come into force, as `windows:` of the commit in force says. All of it is a function of the windows, of the
// zones that the new commit changes, and of a moment.
//   - A deny that is open wins. Else one allow that is open is enough. Else, where there is an allow, it is not the time.
//   - A window with zones concerns a commit that changes one of them. Each zone is judged by the windows that concern it, and
//     the commit as a whole: it waits until all of its zones may change.
import type { WindowDefinition } from '../model/daemon-settings.ts';
import { compileGlobs } from '../model/glob.ts';
import { withoutFinalDot } from '../model/name.ts';
import { type CompiledWindow, compileWindow, type WindowNow, windowAt } from './open-window.ts';

/** May a commit come into force? */
export interface WindowVerdict {
  readonly open: boolean;
  /** The window that decides; null: none concerns the commit, or, where it is not open, every allow is closed. */
  readonly by: WindowDefinition | null;
  /** The zone that keeps it; null: every commit is kept, or none. */
  readonly zone: string | null;
  /** When to ask again; null: nothing ever changes. */
  readonly next: NextLook | null;
}

export interface NextLook {
  /** Milliseconds since 1970. Before it, the verdict does not change. */
  readonly at: number;
  /** Whether it changes then; else it is as far as was looked. */
  readonly changes: boolean;
}

/** A window that is open. */
export interface OpenWindow {
  readonly definition: WindowDefinition;
  /** Milliseconds since 1970; null: not known, it is months away or never. */
  readonly until: number | null;
}

/** The windows of one commit, compiled to be asked. Zone names are canonical. */
export interface WindowCalendar {
  readonly verdict: (changedZones: readonly string[], moment: number) => WindowVerdict;
  /** The denies that are open, and that concern one of the zones or every commit. */
  readonly openDenies: (zones: readonly string[], moment: number) => readonly OpenWindow[];
}

export const windowCalendar = (definitions: readonly WindowDefinition[]): WindowCalendar => {
  const windows = definitions.map(compileWindow);
  const concerning = definitions.map(({ zones }) => concerns(zones));
  const indexes = [...windows.keys()];
  const windowsFor = (zone: string | null): readonly number[] => indexes.filter((i) => concerning[i]?.(zone) === true);
  return {
    verdict: (changedZones, moment) => {
      const groups = groupsOf(changedZones, windowsFor);
      const asked = new Set(groups.flatMap((group) => group.windows));
      return verdictAt(
        windows,
        groups,
        indexes.filter((i) => asked.has(i)),
        moment,
      );
    },
    openDenies: (zones, moment) => {
      const asked = indexes.filter((i) => zones.some((zone) => concerning[i]?.(zone)) || concerning[i]?.(null));
      return asked
        .flatMap((i) => windows[i] ?? [])
        .filter(({ definition }) => definition.kind === 'deny')
        .map((window) => windowAt(window, moment))
        .filter(({ isOpen }) => isOpen)
        .map(({ changes, definition, until }) => ({ definition, until: changes ? until : null }));
    },
  };
};

/** Does a window with these zones concern a commit that changes this zone? null: it changes none. */
const concerns = (zones: readonly string[] | null): ((zone: string | null) => boolean) => {
  if (zones === null) return () => true;
  const matches = compileGlobs(zones);
  return (zone) => zone !== null && matches(withoutFinalDot(zone)).length > 0;
};

/** Zones that the same windows concern; `zone` is the first of them. */
interface ZoneGroup {
  readonly zone: string | null;
  readonly windows: readonly number[];
}

const groupsOf = (
  zones: readonly string[],
  windowsFor: (zone: string | null) => readonly number[],
): readonly ZoneGroup[] => {
  const groups = new Map<string, ZoneGroup>();
  for (const zone of zones.length === 0 ? [null] : zones) {
    const windows = windowsFor(zone);
    const key = windows.join();
    if (!groups.has(key)) groups.set(key, { zone, windows });
  }
  return [...groups.values()];
};

/** So many changes of windows are looked at for one of the verdict. */
const mostLooks = 120;

const verdictAt = (
  windows: readonly CompiledWindow[],
  groups: readonly ZoneGroup[],
  asked: readonly number[],
  moment: number,
): WindowVerdict => {
  const now = new Map(asked.flatMap((i) => nowOf(windows, i, moment)));
  const verdict = judge(groups, now);
  let at = moment;
  for (let i = 0; i < mostLooks; i += 1) {
    const due = [...now].filter(([, { until }]) => until !== null);
    if (due.length === 0) return { ...verdict, next: null };
    at = Math.min(...due.map(([, { until }]) => until ?? Number.POSITIVE_INFINITY));
    const isUnsure = due.some(([, { changes, until }]) => until === at && !changes);
    for (const [index, { until }] of due) {
      if (until === at) for (const [key, value] of nowOf(windows, index, at)) now.set(key, value);
    }
    if (judge(groups, now).open !== verdict.open) return { ...verdict, next: { at, changes: true } };
    if (isUnsure) return { ...verdict, next: { at, changes: false } };
  }
  return { ...verdict, next: { at, changes: false } };
};

const nowOf = (
  windows: readonly CompiledWindow[],
  index: number,
  moment: number,
): readonly (readonly [number, WindowNow])[] => {
  const window = windows[index];
  return window === undefined ? [] : [[index, windowAt(window, moment)]];
};

type Judged = Omit<WindowVerdict, 'next'>;

const judge = (groups: readonly ZoneGroup[], now: ReadonlyMap<number, WindowNow>): Judged => {
  const judged = groups.map((group) => judgeOne(group, now));
  const closed = judged.find(({ open }) => !open);
  const named = judged.find(({ by }) => by !== null);
  return closed ?? { open: true, by: named?.by ?? null, zone: null };
};

const judgeOne = ({ windows, zone }: ZoneGroup, now: ReadonlyMap<number, WindowNow>): Judged => {
  const all = windows.flatMap((i) => now.get(i) ?? []);
  const openOne = (kind: WindowDefinition['kind']): WindowDefinition | null =>
    all.find(({ definition, isOpen }) => isOpen && definition.kind === kind)?.definition ?? null;
  const deny = openOne('deny');
  if (deny !== null) return { open: false, by: deny, zone };
  const allow = openOne('allow');
  if (allow !== null) return { open: true, by: allow, zone };
  return { open: !all.some(({ definition }) => definition.kind === 'allow'), by: null, zone };
};
