import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyntaxProblem } from '../../src/model/errors.ts';
import { isTemplate, parseTemplate } from '../../src/model/template.ts';

const faultOf = (text: string): string => {
  try {
    parseTemplate(text);
  } catch (error) {
    if (error instanceof SyntaxProblem) return `${error.rule}: ${error.message}`;
    throw error;
  }
  return 'none';
};

describe('a template', () => {
  it.each([
    ['', []],
    ['www', ['www']],
    ['{{server.name}}.lab', [{ attribute: 'name' }, '.lab']],
    ['rack {{ server.rack }}/{{server.attributes.room}}', ['rack ', { attribute: 'rack' }, '/', { attribute: 'room' }]],
    ['https://{{server.ip}}/{id}', ['https://', { attribute: 'ip' }, '/{id}']],
    ['{{server.ips}}{{server.labels}}', [{ attribute: 'ips' }, { attribute: 'labels' }]],
  ])('%j', (text, parts) => {
    expect(parseTemplate(text)).toEqual(parts);
    expect(isTemplate(text)).toBe(parts.some((part) => typeof part !== 'string'));
  });

  it.each([
    ['{{foo}}', '{{foo}} is not an expression'],
    ['{{name}}', 'did you mean "server.name"?'],
    ['{{server.}}', 'is not an expression'],
    ['{{server.attributes}}', 'is not an expression'],
    ['{{server.state}}', 'is not an expression'],
    ['{{server.attributes.name}}', "a server's own name is {{server.name}}"],
    ['{{server.a.b}}', 'is not an expression'],
    ['{{server.name | upper}}', 'is not an expression'],
    ['{{{server.name}}}', 'is not an expression'],
    ['{{}}', 'is not an expression'],
    ['{{server.name', 'is not closed'],
    ['server.name}}', 'without a "{{" before it'],
  ])('refuses %j', (text, message) => {
    expect(faultOf(text)).toContain('template-syntax: ');
    expect(faultOf(text)).toContain(message);
  });

  it('loses nothing of any text, and throws only a SyntaxProblem', () => {
    const pieces = fc.constantFrom('{{', '}}', '{', '}', 'server.name', 'server.rack', ' ', 'x', '\0', '😀');
    const written = (part: ReturnType<typeof parseTemplate>[number]) =>
      typeof part === 'string' ? part : `{{server.${part.attribute}}}`;
    fc.assert(
      fc.property(fc.array(pieces), (list) => {
        const text = list.join('');
        if (faultOf(text) !== 'none') return;
        expect(parseTemplate(text).map(written).join('')).toBe(text.replaceAll(/\{\{ *([a-z.]+) *\}\}/g, '{{$1}}'));
      }),
    );
  });
});
