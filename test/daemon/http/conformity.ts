import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { asRecord } from '../../../src/validation/index.ts';
import type { Received } from './interface.ts';

/** Fails where an answer is not what the OpenAPI document says: its status, its type, its JSON. */
export type Conformity = (method: string, path: string, received: Received) => void;

const compiled = new Map<string, Conformity>();

/** Compiled once for a document: each interface under test serves the same. */
export const conformityOf = (document: unknown): Conformity => {
  const text = JSON.stringify(document);
  const known = compiled.get(text) ?? conformity(document);
  compiled.set(text, known);
  return known;
};

/** What OpenAPI lets an operation answer: the status is there, and the JSON fits its schema. */
const conformity = (document: unknown): Conformity => {
  const ajv = new Ajv2020({ strict: false, validateSchema: false });
  ajv.addSchema(Object(document), 'openapi');
  const paths = Object.keys(asRecord(asRecord(document).paths));
  const validators = new Map<string, ValidateFunction>();
  return (method, path, { headers, json, status, text }) => {
    const bare = path.split('?')[0] ?? '';
    const route = paths.find((each) => new RegExp(`^${each.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(bare));
    const operation = asRecord(asRecord(asRecord(asRecord(document).paths)[route ?? ''])[method.toLowerCase()]);
    if (route === undefined || operation.responses === undefined) {
      const isBare = method === 'HEAD' || text === '';
      if (!isBare) expect(json).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
      return;
    }
    const response = asRecord(asRecord(operation.responses)[String(status)]);
    expect(response, `${method} ${route} says nothing of ${status}: ${text}`).toHaveProperty('content');
    const [type = ''] = Object.keys(asRecord(response.content));
    expect(headers['content-type']).toMatch(new RegExp(`^${type.replaceAll('/', '\\/')}`));
    if (type !== 'application/json') return;
    const pointer = ['paths', route, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'];
    const ref = pointer.map((part) =>
      part.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D'),
    );
    const validate = validators.get(ref.join('/')) ?? ajv.compile({ $ref: `openapi#/${ref.join('/')}` });
    validators.set(ref.join('/'), validate);
    expect(validate(json) ? [] : validate.errors, `${method} ${path}: ${text}`).toEqual([]);
  };
};
