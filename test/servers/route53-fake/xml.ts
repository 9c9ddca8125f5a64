/** An element of an XML document: its text, and its children in their order. Attributes are not read. */
export interface Element {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Element[];
}

const token = /<\?[^>]*\?>|<(\/?)([A-Za-z0-9:_-]+)[^>]*?(\/?)>|([^<]+)/g;

/** Reads the plain XML that AWS's SDKs send; throws where tags do not match. */
export const parseXml = (source: string): Element => {
  const root: Open = { name: '', text: '', children: [] };
  const open: Open[] = [root];
  for (const [, closing, name, alone, text] of source.matchAll(token)) {
    const current = open.at(-1) ?? root;
    if (text !== undefined) current.text += decoded(text);
    if (name === undefined) continue;
    if (closing === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const element: Open = { name, text: '', children: [] };
    current.children.push(element);
    if (alone !== '/') open.push(element);
  }
  const [first] = root.children;
  if (first === undefined || open.length !== 1) throw new Error('the document is not whole');
  return first;
};

interface Open {
  readonly name: string;
  text: string;
  readonly children: Open[];
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const decoded = (text: string): string =>
  text.replace(/&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-z]+));/g, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return entities[name] ?? whole;
  });

export const child = (element: Element | undefined, name: string): Element | undefined =>
  element?.children.find((each) => each.name === name);

export const textAt = (element: Element | undefined, name: string): string | undefined => child(element, name)?.text;

/** The children of one that is a list. */
export const listAt = (element: Element | undefined, name: string): readonly Element[] =>
  child(element, name)?.children ?? [];

/** What is printed as an element's content: text, elements by name, or nothing. An array repeats the element. */
export type Content = string | number | boolean | undefined | readonly Content[] | { readonly [name: string]: Content };

/** Prints elements by name. */
export const printXml = (content: { readonly [name: string]: Content }): string =>
  Object.entries(content)
    .map(([name, value]) => printElement(name, value))
    .join('');

const printElement = (name: string, value: Content): string => {
  if (value === undefined) return '';
  if (isList(value)) return value.map((each) => printElement(name, each)).join('');
  const inner = typeof value === 'object' ? printXml(value) : encoded(String(value));
  return `<${name}>${inner}</${name}>`;
};

const isList = (value: Content): value is readonly Content[] => Array.isArray(value);

const encoded = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
