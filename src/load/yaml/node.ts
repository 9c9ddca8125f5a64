// A YAML value as the zone reader sees it: source text and offsets, no types guessed.

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly text: string;
  /** Neither quoted, nor a block, nor tagged as a string. */
  readonly plain: boolean;
  readonly at: number;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly at: number;
}

export interface YamlEntry {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

export interface YamlMap {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
  readonly at: number;
}

export type YamlNode = YamlScalar | YamlList | YamlMap;

/** The text does not parse as YAML, or goes over a limit. */
export class YamlProblem extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'YamlProblem';
    this.offset = offset;
  }
}

/** Nothing, `~` or `null`, as YAML 1.1 reads them. */
export const isNull = (node: YamlNode): boolean =>
  node.kind === 'scalar' && node.plain && node.text.length <= longestNull && nulls.has(node.text);

const nulls: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const longestNull = 4;

/**
 * The value that the table of RR types reads: text for every scalar, so that `010` and `yes` stay what was written.
 * Nothing at all is null, and so is null in a mapping, as octoDNS has it for SvcParams without a value.
 */
export const plainValue = (node: YamlNode): unknown => {
  if (node.kind === 'scalar') return node.plain && node.text === '' ? null : node.text;
  if (node.kind === 'list') return node.items.map(plainValue);
  return Object.fromEntries(
    node.entries.map(({ key, value }) => [keyText(key), isNull(value) ? null : plainValue(value)]),
  );
};

/** A key's source text; a key that is a list or a mapping has none. */
export const keyText = (key: YamlNode): string => (key.kind === 'scalar' ? key.text : '');
