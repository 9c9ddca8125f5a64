import { styleText } from 'node:util';

/** Colours for a terminal; each takes text and gives it back dressed, or as it is. */
export interface Paint {
  readonly colours: boolean;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly mark: (text: string) => string;
}

const plain = (text: string): string => text;
export const noPaint: Paint = {
  colours: false,
  red: plain,
  green: plain,
  yellow: plain,
  bold: plain,
  dim: plain,
  mark: plain,
};

const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
  styleText(format, text, { validateStream: false });

export const colours: Paint = {
  colours: true,
  red: style('red'),
  green: style('green'),
  yellow: style('yellow'),
  bold: style('bold'),
  dim: style('dim'),
  mark: style('inverse'),
};
