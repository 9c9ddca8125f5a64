// JSON from outside is measured before it is parsed: a few octets of it make many times that in memory.

/** Nothing that is meant to be read is nested deeper. */
const deepest = 100;
/** Of one document: an inventory of 100,000 servers has some 3,000,000. */
const mostValues = 8_000_000;

const [quote, backslash, comma] = Buffer.from('"\\,');
const depthOf = Int8Array.from({ length: 256 }, (_, c) => {
  const text = String.fromCharCode(c);
  return '{['.includes(text) ? 1 : '}]'.includes(text) ? -1 : 0;
});

/** Why a text is too much to be parsed as JSON (`is nested more than …`), or null; whether it is JSON is not asked. */
export const whyNoJson = (text: Uint8Array): string | null => {
  let depth = 0;
  let values = 1;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at] ?? 0;
    if (c === quote) inString = !inString;
    else if (inString) at += Number(c === backslash);
    else if (c === comma) values += 1;
    else {
      const step = depthOf[c] ?? 0;
      depth += step;
      values += Number(step > 0);
      if (depth > deepest) return `is nested more than ${deepest} deep`;
    }
    if (values > mostValues) return `has more than ${mostValues} values`;
  }
  return null;
};
