import { listed, quoted } from '../../model/phrases.ts';
import type { RRsetOptions } from '../../model/rrset.ts';
import { didYouMean } from '../../model/suggest.ts';
import { isNull, keyText, type YamlNode } from '../yaml/node.ts';
import { refuseRecord, type UnfinishedRecord, warn } from './unfinished-record.ts';

const optionKeys: ReadonlySet<string> = new Set(['ignored', 'included', 'excluded', 'lenient']);
/** octoDNS's own keys there that Hostmaster does not use; its providers have more. */
const otherKeys: ReadonlySet<string> = new Set(['healthcheck']);

/** Reads `octodns:` of a record; undefined where it has no option that Hostmaster uses. */
export const readOptions = (node: YamlNode | undefined, unfinished: UnfinishedRecord): RRsetOptions | undefined => {
  if (node === undefined || isNull(node)) return undefined;
  if (node.kind !== 'map') {
    refuseRecord(
      unfinished,
      'record-syntax',
      `"octodns" of ${unfinished.name} must be a mapping like {lenient: true}`,
      node.at,
    );
    return undefined;
  }
  const options: { -readonly [Key in keyof RRsetOptions]: RRsetOptions[Key] } = {};
  const unused: string[] = [];
  for (const { key, value } of node.entries) {
    const text = keyText(key);
    if (text === 'ignored' || text === 'lenient') options[text] = readBoolean(text, value, unfinished);
    else if (text === 'included' || text === 'excluded') options[text] = readNames(text, value, unfinished);
    else if (otherKeys.has(text) || didYouMean(text, optionKeys) === '') unused.push(text);
    else {
      refuseRecord(
        unfinished,
        'unknown-key',
        `${quoted(text)} is not an option of "octodns"${didYouMean(text, optionKeys)}`,
        key.at,
      );
    }
  }
  if (unused.length > 0) {
    warn(
      unfinished,
      'octodns-unsupported',
      `octodns: ${listed(unused.map(quoted))} ${unused.length === 1 ? 'is' : 'are'} not supported; the plain values are used`,
      node.at,
    );
  }
  return Object.keys(options).length === 0 ? undefined : options;
};

/** YAML 1.1's words, as octoDNS reads them. */
const readBoolean = (key: string, node: YamlNode, unfinished: UnfinishedRecord): boolean => {
  const text = node.kind === 'scalar' ? node.text.toLowerCase() : '';
  if (/^(?:true|yes|on)$/.test(text)) return true;
  if (!/^(?:false|no|off)$/.test(text)) {
    refuseRecord(unfinished, 'record-syntax', `octodns: "${key}" of ${unfinished.name} must be true or false`, node.at);
  }
  return false;
};

const readNames = (key: string, node: YamlNode, unfinished: UnfinishedRecord): readonly string[] => {
  const items = node.kind === 'list' ? node.items : [node];
  if (items.every((item) => item.kind === 'scalar' && item.text !== '')) return items.map(keyText);
  refuseRecord(
    unfinished,
    'record-syntax',
    `octodns: "${key}" of ${unfinished.name} must be a list of target names`,
    node.at,
  );
  return [];
};
