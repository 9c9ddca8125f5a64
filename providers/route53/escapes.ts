import { parseName } from '../../src/provider.ts';

// Route 53 writes octets in octal (`\052` is an asterisk), where RFC 1035 section 5.1 and our canonical text have decimal.

/** Presentation text with decimal escapes, of Route 53's. */
export const fromEscapes = (text: string): string =>
  text.includes('\\') ? text.replace(/\\(?:([0-3][0-7]{2})|([\s\S])|$)/g, toDecimal) : text;

const toDecimal = (whole: string, octal: string | undefined, char: string | undefined): string => {
  if (octal !== undefined) return `\\${String(Number.parseInt(octal, 8)).padStart(3, '0')}`;
  if (char === undefined || /[0-9]/.test(char)) throw new Error(`${whole} is no octal escape of three digits`);
  return whole;
};

/** AWS writes names with octal escapes; every name is absolute, with or without the final dot. */
export const nameFromAws = (name: string): string => parseName(fromEscapes(name));

/** A canonical name as Route 53 takes it. */
export const nameToAws = (name: string): string => name.replace(anEscape, toOctal);

/** Canonical rdata as Route 53 takes it: in a quoted string a quote and a backslash stay as they are. */
export const rdataToAws = (rdata: string): string =>
  rdata.includes('\\')
    ? rdata.replace(/"(?:[^"\\]|\\.)*"|(?:[^"\\]|\\.)+/g, (part) =>
        part.replace(part.startsWith('"') ? aNumber : anEscape, toOctal),
      )
    : rdata;

const anEscape = /\\(?:([0-9]{3})|(.))/g;
const aNumber = /\\(?:([0-9]{3})|(?:[^0-9]))/g;

const toOctal = (whole: string, decimal: string | undefined, char?: string | number): string => {
  if (decimal !== undefined) return octal(Number(decimal));
  return typeof char === 'string' ? octal(char.charCodeAt(0)) : whole;
};

const octal = (octet: number): string => `\\${octet.toString(8).padStart(3, '0')}`;
