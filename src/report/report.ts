import type { Action, DownAddress, Unmanaged } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import type { Counts } from './danger.ts';
import type { Item } from './items.ts';

/** What a stretch of text is; a format may say it by a colour, or not at all. */
export type Tone =
  | Action
  | 'error'
  | 'warning'
  | 'good'
  | 'strong'
  | 'aside'
  /** What of a value differs from the one beside it. */
  | 'differing'
  /** Stands under what differs, where there is no colour that marks it. */
  | 'pointer';

/** The first tone goes around the others. */
export interface Span {
  readonly text: string;
  readonly tones: readonly Tone[];
}

/** One line, raw: the renderer makes what a stranger chose harmless. */
export type Line = readonly (string | Span)[];

export const toned = (text: string, ...tones: readonly Tone[]): Span => ({ text, tones });

/** How many problems of one rule and severity are shown one by one; the rest is counted. */
export interface MostProblems {
  readonly error: number;
  readonly warning: number;
}

/** One zone at one target, of a plan. */
export interface ZoneSection {
  /** With its view, if it has one. */
  readonly title: string;
  readonly zone: string;
  readonly target: string;
  readonly isNew: boolean;
  /** What is withheld and what changes, the most dangerous first, and not yet in words: a plan may have a million. */
  readonly items: readonly Item[];
  /** Of all that is withheld and changes, also where `items` leave some out. */
  readonly counts: Counts;
  /** Without what every zone has. */
  readonly unmanaged: readonly Unmanaged[];
  readonly cost: string | null;
  /** What is wanted and not answered, as it is down. */
  readonly down: readonly DownAddress[];
}

export type Section =
  | { readonly kind: 'problems'; readonly problems: readonly Problem[]; readonly most: MostProblems }
  /** Those with what is most dangerous first. */
  | { readonly kind: 'zones'; readonly zones: readonly ZoneSection[] }
  /** Output as a terminal shows it. */
  | { readonly kind: 'lines'; readonly lines: readonly Line[] }
  /** A file's content, which is not ours to change. */
  | { readonly kind: 'file'; readonly content: string };

/** A report, prepared: what it says, in which order and in which words, without the markup of any format. */
export interface Report {
  readonly kind:
    | 'planned'
    | 'applied'
    | 'verified'
    | 'validated'
    | 'explained'
    | 'dumped'
    | 'written'
    | 'deleted'
    | 'serving'
    | 'initialised'
    | 'audited';
  /** What JSON has: all of it, in the shape that scripts rely on. */
  readonly document: unknown;
  readonly sections: readonly Section[];
  /** The one line that sums it up. Default is null: a section says it. */
  readonly summary: Line | null;
  /** Whether empty lines set the sections apart in text. Default is false. */
  readonly isSpaced: boolean;
  /** What tells a plan from every other. Default is null. */
  readonly identity: { readonly digest: string; readonly commit: string | null; readonly dirty: boolean } | null;
  /**
   * The report that this one goes on from, and the problems in it that came up since it was shown to a person. Text, which
   * has shown it before it asked, shows those problems alone. Default is null.
   */
  readonly before: { readonly report: Report; readonly since: readonly Problem[] } | null;
}

type Needed = 'kind' | 'document' | 'sections';

export const makeReport = (report: Pick<Report, Needed> & Partial<Report>): Report => ({
  summary: null,
  isSpaced: false,
  identity: null,
  before: null,
  ...report,
});
