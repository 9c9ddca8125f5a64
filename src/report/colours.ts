import { styleText } from 'node:util';

/** Colours for a terminal: each takes text and gives it back coloured, or as it is where there are none. */
export interface Colours {
  readonly areOn: boolean;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly inverse: (text: string) => string;
}

const same = (text: string): string => text;

export const noColours: Colours = {
  areOn: false,
  red: same,
  green: same,
  yellow: same,
  bold: same,
  dim: same,
  inverse: same,
};

const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
  styleText(format, text, { validateStream: false });

export const terminalColours: Colours = {
  areOn: true,
  red: style('red'),
  green: style('green'),
  yellow: style('yellow'),
  bold: style('bold'),
  dim: style('dim'),
  inverse: style('inverse'),
};
