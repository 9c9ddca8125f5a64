import { type Colours, noColours } from './colours.ts';
import { renderJson } from './json.ts';
import { renderMarkdown } from './markdown.ts';
import type { Report } from './report.ts';
import { renderText } from './text.ts';

/** A report in one format; only a terminal has colours. */
export type Renderer = (report: Report, colours: Colours) => string;

const renderers = {
  text: renderText,
  json: renderJson,
  markdown: renderMarkdown,
} as const satisfies Record<string, Renderer>;

export type Format = keyof typeof renderers;

export const formats: readonly string[] = Object.keys(renderers);

/** `colours`: Default is none. */
export const render = (format: Format, report: Report, colours: Colours = noColours): string =>
  renderers[format](report, colours);
