import { describe, expect, it } from 'vitest';
import { claimedNamesOf } from '../../src/compose/claimed-names.ts';
import { readTemplate } from '../../src/compose/template.ts';
import type { InventoryScope } from '../../src/model/zone.ts';
import { absolute, apex, evidence, plan } from './plan-input.ts';

const scope: InventoryScope = { all: false, ptr: false, grants: [{ names: ['*.example.com'], types: ['A'] }] };
const claimed = [{ role: 'label web', type: 'A', names: '**.example.com' }];
const written = [
  { name: absolute('prod'), type: 'A', rdata: '192.0.2.1', sources: ['lab/web1'], claims: ['label web'] },
  { name: absolute('own'), type: 'A', rdata: '192.0.2.1', sources: ['lab/web1'] },
];
const known = { ...evidence, servers: new Map([['lab/web1', 'conclusive' as const]]), written };
const existing = [...apex, 'prod A 60 192.0.2.1', 'own A 300 192.0.2.1'];

describe('a claim whose name depends on the server', () => {
  it('keeps the last answer of a name that no server comes to any more', () => {
    const planned = plan({
      desired: ['staging A 60 192.0.2.1'],
      existing,
      zone: { scope, claimedNames: claimed },
      evidence: known,
    });
    expect(planned.changes).toEqual(['delete own A', 'create staging A']);
    expect(planned.withheld).toEqual(['never_empty: delete prod A']);
    expect(planned.allows).toEqual(['never_empty:example.com./t:prod.example.com.']);
  });

  it('lets it go when the claim has left Git, and when this run allows it', () => {
    const desired = ['staging A 60 192.0.2.1'];
    const deletes = ['delete own A', 'delete prod A'];
    const left = plan({ desired, existing, zone: { scope, claimedNames: [] }, evidence: known });
    expect(left.changes).toEqual(expect.arrayContaining(deletes));
    const allow = ['never_empty:example.com/t:prod.example.com'];
    const allowed = plan({ desired, existing, zone: { scope, claimedNames: claimed }, evidence: known, allow });
    expect(allowed.changes).toEqual(expect.arrayContaining(deletes));
  });

  it.each([
    ['{{server.env}}.example.com', '**.example.com'],
    ['web-{{server.env}}.example.com.', 'web-*.example.com'],
    ['{{server.name}}.{{server.site}}.example.com', '**.**.example.com'],
  ])('%s may come to %s', (name, names) => {
    const rule = { title: 'label web', type: 'A', nameTemplate: readTemplate(name) };
    expect(claimedNamesOf(rule as Parameters<typeof claimedNamesOf>[0])).toEqual({
      role: 'label web',
      type: 'A',
      names,
    });
  });
});
