import { describe, expect, it } from 'vitest';
import { compose } from '../../src/compose/index.ts';
import type { Roles } from '../../src/model/roles.ts';
import * as make from './compose-input.ts';

const { server, present, newcomer, missing, remembered, record, claim, label, group, grant, zone, check } = make;

const mail = (name: string, ips: readonly string[], rest: Parameters<typeof server>[2] = {}) =>
  server(name, ips, { labels: ['mail'], ...rest });
const mx1 = mail('mx1', ['192.0.2.1', '2001:db8::1']);
const mx2 = mail('mx2', ['192.0.2.2']);
const mailGrant = grant('label', 'mail', ['mail.example.com', '*.svc.example.com'], {
  types: ['A', 'AAAA', 'TXT', 'MX'],
});

const composed = (
  servers: Parameters<typeof make.inputOf>[0],
  roles: Partial<Roles>,
  zones = [zone('example.com.')],
) => {
  const result = compose(make.inputOf(servers, { registration: null, grants: [mailGrant], ...roles }, zones));
  return {
    ...result,
    lines: make.linesOf(result.zones),
    rules: result.problems.map(({ rule }) => rule),
    quarantined: result.zones.flatMap(({ quarantined }) => quarantined.map(({ name, type }) => `${name} ${type}`)),
    protected: result.zones.flatMap((each) => (each.protected ?? []).map(({ name, types }) => `${name} ${types}`)),
  };
};
const claimed = (rest: Parameters<typeof claim>[2] = {}) => [
  label('mail', { claims: [claim(8, 'mail.example.com', rest)] }),
];

describe('claims', () => {
  it('unite the addresses of their family, in stable order', () => {
    const labels = [
      label('mail', { claims: [claim(8, 'mail.example.com'), claim(9, 'mail.example.com.', { type: 'AAAA' })] }),
    ];
    const wanted = [
      'mail.example.com. 60 A 192.0.2.1',
      'mail.example.com. 60 A 192.0.2.2',
      'mail.example.com. 60 AAAA 2001:db8::1',
    ];
    expect(composed([present(mx1), present(mx2)], { labels }).lines).toEqual(wanted);
    expect(composed([present(mx2), present(mx1)], { labels }).zones).toEqual(
      composed([present(mx1), present(mx2)], { labels }).zones,
    );
  });

  it('keep the last answer where no server contributes', () => {
    const servers = [present({ ...mx1, state: 'maintenance' }), present({ ...mx2, state: 'decommissioned' })];
    const kept = composed(servers, { labels: claimed() });
    expect(kept).toMatchObject({ lines: [], rules: ['claim-empty'], protected: ['mail.example.com. A'] });
    expect(composed(servers, { labels: claimed({ allow_empty: true }) }).protected).toEqual([]);
    expect(composed([], { labels: claimed() }).protected).toEqual(['mail.example.com. A']);
    expect(composed([present(mx1)], { labels: claimed() }).protected).toEqual([]);
  });

  it('whose name is made of the server tell the planner which names they may have written', () => {
    const labels = [label('mail', { claims: [claim(8, '{{server.pool}}.svc.example.com')] })];
    const names = [{ role: 'label mail', type: 'A', names: '**.svc.example.com' }];
    const { zones } = composed([present(mx1)], { labels }, [zone('example.com.'), zone('example.net.')]);
    expect(zones.map(({ claimedNames }) => claimedNames)).toEqual([names, undefined]);
    expect(composed([present(mx1)], { labels: claimed() }).zones[0]).not.toHaveProperty('claimedNames');
  });

  it('whose name servers make keep it too, for those that are leaving', () => {
    const labels = [label('mail', { claims: [claim(8, '{{server.pool}}.svc.example.com')] })];
    const inPool = { ...mx2, attributes: { pool: 'a' } };
    expect(composed([present({ ...inPool, state: 'decommissioned' })], { labels }).protected).toEqual([
      'a.svc.example.com. A',
    ]);
    expect(composed([missing(inPool, make.proven)], { labels }).protected).toEqual(['a.svc.example.com. A']);
  });

  it('hold what missing servers alone contribute', () => {
    expect(composed([missing(mx1), present(mx2)], { labels: claimed() }).lines).toEqual([
      'mail.example.com. 60 A 192.0.2.1 held',
      'mail.example.com. 60 A 192.0.2.2',
    ]);
    expect(composed([missing(mx1, make.proven), present(mx2)], { labels: claimed() }).lines).toEqual([
      'mail.example.com. 60 A 192.0.2.2',
    ]);
    expect(composed([remembered(mx1)], { labels: claimed() }).lines).toEqual(['mail.example.com. 60 A 192.0.2.1']);
  });
});

describe('health checks', () => {
  const url = 'https://{{server.ip}}/healthz';

  it('ask each address its own URL, an IPv6 one in brackets', () => {
    const labels = claimed({ type: 'AAAA', health_check: check({ url }) });
    expect(composed([present(mx1)], { labels }).zones[0]?.rrsets[0]?.healthCheck).toEqual({
      ...check({}),
      url: undefined,
      urls: { '2001:db8::1': 'https://[2001:db8::1]/healthz' },
    });
  });

  it('can name the server as the host', () => {
    const labels = claimed({ health_check: check({ url: 'http://{{server.name}}.lab.internal:8080/?v=1' }) });
    expect(composed([present(mx1), present(mx2)], { labels }).zones[0]?.rrsets[0]?.healthCheck?.urls).toEqual({
      '192.0.2.1': 'http://mx1.lab.internal:8080/?v=1',
      '192.0.2.2': 'http://mx2.lab.internal:8080/?v=1',
    });
  });

  it.each([
    'https://{{server.x}}@{{server.ip}}/',
    'ftp://{{server.ip}}/',
    'https://{{server.ip}}/"',
    "https://{{server.ip}}/'",
    'https://{{server.ip}}/\\',
    'https://{{server.ip}}/]]',
    'https://{{server.ip}}/a b',
    'https://{{server.ip}}/\u0000',
    'https://[{{server.ip}}/',
    'https://{{server.ips}}/',
    'https://{{server.evil}}/',
    'https:/{{server.ip}}/',
    'javascript:{{server.ip}}',
  ])('do not ask %j', (bad) => {
    const labels = claimed({ health_check: check({ url: bad }) });
    const bare = { attributes: { x: 'user', evil: "a/'..os.execute('x')..'" } };
    const result = composed([present({ ...mx1, ...bare })], { labels });
    expect(result).toMatchObject({ lines: [], rules: ['health-check-url'], protected: ['mail.example.com. A'] });
  });

  it('of one RRset must not differ, and one of two claims may leave it out', () => {
    const two = (second: ReturnType<typeof check> | null) => [
      ...claimed({ health_check: check({ port: 25 }) }),
      label('backup', { claims: [claim(12, 'mail.example.com', { health_check: second })] }),
    ];
    const both = present(mail('mx1', ['192.0.2.1'], { labels: ['backup', 'mail'] }));
    const grants = [mailGrant, grant('label', 'backup', ['mail.example.com'])];
    expect(composed([both], { grants, labels: two(check({ port: 26 })) })).toMatchObject({
      lines: [],
      rules: ['health-check-conflict'],
      quarantined: ['mail.example.com. A'],
    });
    expect(composed([both], { grants, labels: two(null) }).rules).toEqual([]);
    expect(composed([both], { grants, labels: two(check({ port: 25 })) }).lines).toHaveLength(1);
  });

  it('take backups of their own family only', () => {
    const labels = claimed({
      health_check: check({ port: 25, when_all_down: { backup: ['192.0.2.9', '2001:db8::9'] } }),
    });
    const result = composed([present(mx1)], { labels });
    expect(result.rules).toEqual(['health-check-backup']);
    expect(result.zones[0]?.rrsets[0]?.healthCheck?.when_all_down).toEqual({ backup: ['192.0.2.9'] });
  });
});

describe('collisions', () => {
  const named = '{{server.name}}.lab.internal';
  const zones = [zone('lab.internal.')];
  const all = grant('label', 'mail', ['*.lab.internal'], { types: ['A', 'AAAA', 'TXT'] });
  const withLabel = (
    records: Parameters<typeof label>[1]['records'],
    claims: Parameters<typeof label>[1]['claims'] = [],
  ) => ({
    registration: make.registration,
    grants: [all],
    labels: [label('mail', { records: records ?? [], claims })],
  });

  it('a record and the registration unite; the explicit ttl wins', () => {
    const result = composed([present(mx2)], withLabel([record(5, named, 'A', { ttl: 120 })]), zones);
    expect(result.lines).toEqual(['mx2.lab.internal. 120 A 192.0.2.2']);
    expect(result.zones[0]?.rrsets[0]?.values[0]?.origins).toHaveLength(2);
  });

  it('two explicit ttls that differ are an error for that RRset', () => {
    const roles = withLabel([record(5, named, 'A', { ttl: 120 }), record(6, named, 'A', { ttl: 60 })]);
    const result = composed([present(mx2)], roles, zones);
    expect(result).toMatchObject({ lines: [], quarantined: ['mx2.lab.internal. A'] });
    expect(result.rules).toContain('ttl-conflict');
  });

  it('without an explicit ttl the smallest default counts', () => {
    const roles = {
      grants: [mailGrant],
      labels: [...claimed(), label('other', { claims: [claim(9, 'mail.example.com', { ttl: 600 })] })],
    };
    expect(composed([present(mx2)], roles).lines).toEqual(['mail.example.com. 60 A 192.0.2.2']);
  });

  it('a claim at a registered name quarantines the name', () => {
    const result = composed([present(mx2)], withLabel([], [claim(9, 'mx2.lab.internal')]), [
      zone('lab.internal.', ['mx2 TXT "static"']),
    ]);
    expect(result).toMatchObject({ lines: [], quarantined: ['mx2.lab.internal. null'] });
    expect(result.rules).toContain('claim-and-record');
  });

  it('the zone file wins at its name and type, and before all with a CNAME', () => {
    const roles = withLabel([record(5, named, 'TXT', { value: 'x' })]);
    const lines = ['mx2 A 192.0.2.99', 'mx1 CNAME elsewhere.example.'];
    const result = composed([present(mx1), present(mx2)], roles, [zone('lab.internal.', lines)]);
    expect(result.lines).toEqual([
      'mx1.lab.internal. 300 CNAME elsewhere.example.',
      'mx2.lab.internal. 300 A 192.0.2.99',
      'mx2.lab.internal. 300 TXT "x"',
    ]);
    expect(result.rules.filter((rule) => rule === 'zone-file-wins')).toHaveLength(2);
    const problem = result.problems.find(({ rule, file }) => rule === 'zone-file-wins' && file === 'hostmaster.yaml');
    expect(problem?.message).toBe(
      'registration wants mx1.lab.internal. A, but zones/lab.internal.yaml:2 has CNAME there: the zone file wins (and 2 more: mx1.lab.internal. AAAA, mx2.lab.internal. A); remove one of the two',
    );
  });

  it('a CNAME of a server does not take a name of the zone file', () => {
    const cname = withLabel([
      record(5, '{{server.alias}}.lab.internal', 'CNAME', { value: '{{server.name}}.example.' }),
    ]);
    const grants = [grant('label', 'mail', ['*.lab.internal'], { types: ['CNAME'] })];
    const wanting = mail('mx9', [], { attributes: { alias: 'www' } });
    const result = composed([present(wanting)], { ...cname, grants }, [zone('lab.internal.', ['www A 192.0.2.80'])]);
    expect(result).toMatchObject({ lines: ['www.lab.internal. 300 A 192.0.2.80'], quarantined: [] });
    expect(result.problems[0]?.message).toContain(
      'wants www.lab.internal. CNAME, but zones/lab.internal.yaml:1 has A there: the zone file wins; remove one of the two',
    );
  });

  it("a name made of a server's attributes is not that of a server without an address", () => {
    const roles = withLabel([record(5, '{{server.alias}}.lab.internal')]);
    const thief = mail('thief', ['192.0.2.66'], { attributes: { alias: 'victim' } });
    const result = composed([present(server('victim', [])), present(thief)], roles, zones);
    expect(result.lines).toEqual(['thief.lab.internal. 300 A 192.0.2.66']);
    expect(result.protected).toEqual(['victim.lab.internal. A,AAAA']);
    expect(result.rules).toContain('name-taken');
  });

  it("a name made of a server's attributes is not another server's", () => {
    const roles = withLabel([record(5, '{{server.alias}}.lab.internal')]);
    const thief = mail('thief', ['192.0.2.66'], { attributes: { alias: 'victim' } });
    const result = composed([present(server('victim', ['192.0.2.1'])), present(thief)], roles, zones);
    expect(result.lines).toEqual(['thief.lab.internal. 300 A 192.0.2.66', 'victim.lab.internal. 300 A 192.0.2.1']);
    expect(result.rules).toContain('name-taken');
  });
});

describe('grants', () => {
  /** What a label gets that wants a claim at a name, or a record of text. */
  const wanting = (type: string, name: string, names: readonly string[]) =>
    composed([present(mx1)], {
      labels: [
        label(
          'mail',
          type === 'A' ? { claims: [claim(8, name)] } : { records: [record(8, name, type, { value: 'x' })] },
        ),
      ],
      grants: [grant('label', 'mail', names, { types: [type] })],
    });

  it('without one nothing is written, and one problem a rule says which line would grant it', () => {
    const servers = Array.from({ length: 50 }, (_, i) => present(mail(`mx${i}`, [`192.0.2.${i + 1}`])));
    const records = [record(5, '{{server.name}}.svc.example.com', 'TXT', { value: 'x' })];
    const result = composed(servers, { labels: [label('mail', { records })], grants: [] });
    expect(result.lines).toEqual([]);
    expect(result.problems.map(({ message, file, line }) => ({ message, file, line }))).toEqual([
      {
        message:
          'no grant allows label "mail" to write mx0.svc.example.com. TXT for server lab/mx0 (and 49 more: lab/mx1, lab/mx10, lab/mx11, …); add to grants: - { label: mail, names: ["*.svc.example.com"], types: [TXT] }',
        file: 'labels.yaml',
        line: 5,
      },
    ]);
  });

  it.each([
    ['{{server.name}}.example.com', 'TXT', '*.example.com'],
    ['{{server.name}}{{server.name}}.example.com', 'TXT', '*.example.com'],
    ['{{server.name}}.example.com', 'MX', 'mx1.example.com'],
    ['_acme-challenge.{{server.name}}.example.com', 'TXT', '_acme-challenge.mx1.example.com'],
  ])('the line that would grant %s %s is one that may be granted', (name, type, wanted) => {
    const records = [record(5, name, type, { value: 'x' })];
    const { problems } = composed([present(mx1)], { labels: [label('mail', { records })], grants: [] });
    expect(problems[0]?.message).toContain(`add to grants: - { label: mail, names: ["${wanted}"], types: [${type}] }`);
  });

  describe.each(['A', 'TXT'])('%s', (type) => {
    it.each([
      ['www.example.com', 'www.example.com'],
      ['www.example.com', '*.example.com.'],
      ['a.b.example.com', '**.example.com'],
      ['*.web.example.com', '\\*.web.example.com'],
      ['example.com', 'example.com'],
      ['_acme-challenge.example.com', '_acme-challenge.example.com'],
    ])('%s is granted by %s', (name, pattern) => expect(wanting(type, name, [pattern]).lines).toHaveLength(1));

    it.each([
      ['www.example.com', 'example.com'],
      ['www.example.com', '\\*.example.com'],
      ['a.b.example.com', '*.example.com'],
      ['*.web.example.com', '*.web.example.com'],
      ['*.web.example.com', '**'],
      ['example.com', '**'],
      ['example.com', '*.com'],
      ['_acme-challenge.example.com', '*.example.com'],
    ])('%s is not granted by %s', (name, pattern) => {
      expect(wanting(type, name, [pattern])).toMatchObject({ lines: [], rules: ['grant-denied'] });
    });
  });

  it('a grant to the inventory is for whatever its servers do', () => {
    const grants = [grant('inventory', 'lab', ['mail.example.com'])];
    const other = present({ ...mx2, inventory: 'netbox' });
    expect(composed([present(mx1), other], { labels: claimed(), grants }).lines).toEqual([
      'mail.example.com. 60 A 192.0.2.1',
    ]);
  });

  it.each(['MX', 'NS', 'DS', 'CAA'])('%s needs a name without a glob', (type) => {
    const value = { MX: '10 mx.example.', NS: 'ns.example.', DS: '1 8 2 00', CAA: '0 issue "x"' }[type] ?? '';
    const labels = [label('mail', { records: [record(5, 'a.svc.example.com', type, { value })] })];
    const by = (names: readonly string[]) =>
      composed([present(mx1)], { labels, grants: [grant('label', 'mail', names, { types: [type] })] });
    expect(by(['*.svc.example.com']).rules).toEqual(['grant-denied']);
    expect(by(['a.svc.example.com']).rules).not.toContain('grant-denied');
  });

  it('addresses outside of cidrs are refused one by one', () => {
    const grants = [grant('label', 'mail', ['mail.example.com'], { cidrs: ['192.0.2.0/31'] })];
    const result = composed([present(mail('mx1', ['192.0.2.1', '192.0.2.2', '198.51.100.1']))], {
      labels: claimed(),
      grants,
    });
    expect(result).toMatchObject({ lines: ['mail.example.com. 60 A 192.0.2.1'], rules: ['grant-denied'] });
  });

  it('more values than granted quarantine the RRset', () => {
    const grants = [grant('label', 'mail', ['mail.example.com'], { max_values: 1 })];
    expect(composed([present(mx1)], { labels: claimed(), grants }).lines).toHaveLength(1);
    expect(composed([present(mx1), present(mx2)], { labels: claimed(), grants })).toMatchObject({
      lines: [],
      rules: ['max-values'],
      quarantined: ['mail.example.com. A'],
    });
  });

  it('say which names of a zone the inventory could write', () => {
    const grants = [
      grant('label', 'mail', ['*.example.com', 'x.example.org']),
      grant('label', 'mail', ['**'], { types: ['TXT'] }),
      grant('label', 'mail', ['example.com', '\\*.web.example.com', 'www.*.com'], { types: ['MX'] }),
    ];
    expect(composed([], { grants }).zones[0]?.scope).toEqual({
      all: false,
      ptr: false,
      grants: [
        { names: ['*.example.com'], types: ['A', 'AAAA'] },
        { names: ['**'], types: ['TXT'] },
        { names: ['example.com', '\\*.web.example.com', 'www.*.com'], types: ['MX'] },
      ],
    });
  });
});

describe('records', () => {
  const made = (
    type: string,
    value: string | null,
    attributes: Parameters<typeof server>[2] = {},
    name = 'a.svc.example.com',
  ) =>
    composed([present(mail('mx1', ['192.0.2.1', '2001:db8::1', '192.0.2.2'], attributes))], {
      labels: [label('mail', { records: [record(5, name, type, { value })] })],
      grants: [grant('label', 'mail', ['**.svc.example.com', 'a.svc.example.com'], { types: [type] })],
    });
  const valuesOf = (type: string, value: string | null, attributes?: Parameters<typeof server>[2]) =>
    made(type, value, attributes).zones[0]?.rrsets.flatMap((rrset) => rrset.values.map(({ rdata }) => rdata)) ?? [];

  it('without a value are the addresses of their family', () => {
    expect(valuesOf('A', null)).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(valuesOf('AAAA', null)).toEqual(['2001:db8::1']);
  });

  it.each([
    ['A', '{{server.ip}}', ['192.0.2.1']],
    ['AAAA', '{{server.ip}}', ['2001:db8::1']],
    ['A', '{{server.ips}}', ['192.0.2.1', '192.0.2.2']],
    ['TXT', '{{server.ips}}', ['"192.0.2.1"', '"192.0.2.2"', '"2001:db8::1"']],
    ['TXT', 'ips={{server.ips}}', ['"ips=192.0.2.1,2001:db8::1,192.0.2.2"']],
    ['TXT', '{{server.labels}}', ['"mail"']],
    ['TXT', 'v6 {{server.ipv6}}', ['"v6 2001:db8::1"']],
    ['TXT', '"one" "{{server.name}}"', ['"onemx1"']],
    ['TXT', 'v=spf1\\; {{server.ip}}', ['"v=spf1; 192.0.2.1"']],
    ['MX', '10 {{server.name}}.example.com', ['10 mx1.example.com.']],
    ['SRV', '0 0 {{server.port}} {{server.name}}.example.com.', ['0 0 25 mx1.example.com.']],
  ])('%s %s', (type, value, wanted) => {
    expect(valuesOf(type, value, { attributes: { port: 25 } })).toEqual(wanted);
  });

  it.each([
    ['it"self', '"x=it\\"self"'],
    ['\\"; a', '"x=\\\\\\"; a"'],
    ['a\nb\u0000', '"x=a\\010b\\000"'],
    ['{{server.name}}', '"x={{server.name}}"'],
    [']] -- os.exit()', '"x=]] -- os.exit()"'],
    ['é', '"x=\\195\\169"'],
  ])('what a server says (%j) is data in TXT', (x, wanted) => {
    expect(valuesOf('TXT', 'x={{server.x}}', { attributes: { x } })).toEqual([wanted]);
    expect(valuesOf('TXT', '"x={{server.x}}"', { attributes: { x } })).toEqual([wanted]);
    expect(valuesOf('TXT', '"x=" {{server.x}}', { attributes: { x } })).toEqual([wanted]);
  });

  it('a value that begins with a quote is text all the same', () => {
    expect(valuesOf('TXT', '{{server.x}}', { attributes: { x: '"a" "b"' } })).toEqual(['"\\"a\\" \\"b\\""']);
  });

  it.each([
    ['MX', '10 {{server.x}}'],
    ['SRV', '0 0 25 {{server.x}}.example.com.'],
    ['A', '{{server.x}}'],
  ])('%s takes plain words only', (type, value) => {
    for (const x of ['a b', 'a;b', '\\097', '"', 'a\n', '*', 'ü']) {
      expect(made(type, value, { attributes: { x } })).toMatchObject({ lines: [], rules: ['record-value'] });
    }
  });

  it.each([
    '*',
    'a.b',
    '',
    '-',
    'a-',
    'a b',
    '..',
    'x'.repeat(64),
    'x'.repeat(300),
    '_acme-challenge',
    '\\',
    'é',
    'a\u0000',
  ])('no name is made of %j', (x) => {
    const result = made('A', null, { attributes: { x } }, '{{server.x}}.svc.example.com');
    expect(result).toMatchObject({ lines: [], rules: ['record-name'] });
  });

  it.each(['constructor', '__proto__', 'toString'])('%s is no attribute of a server', (word) => {
    expect(made('TXT', `{{server.${word}}}`).rules).toEqual(['server-lacks']);
  });

  it('the apex is not for what servers make', () => {
    const labels = [label('mail', { records: [record(5, '{{server.x}}.com')] })];
    const servers = [present(mail('mx1', ['192.0.2.1'], { attributes: { x: 'example' } }))];
    const grants = [grant('label', 'mail', ['example.com', '**'])];
    expect(composed(servers, { labels, grants })).toMatchObject({ lines: [], rules: ['grant-denied'] });
  });

  it.each(['LUA', 'SOA', 'ANY', 'OPT'])('%s is never written', (type) => {
    expect(made(type, 'A "x"')).toMatchObject({ lines: [], rules: ['record-type'] });
  });

  it('a name in no configured zone is refused', () => {
    const result = made('A', null, {}, '{{server.name}}.elsewhere.example');
    expect(result).toMatchObject({ lines: [], rules: ['name-outside-zones'] });
  });

  it('a value that cannot be made leaves what exists', () => {
    expect(made('TXT', '{{server.rack}}')).toMatchObject({
      rules: ['server-lacks'],
      quarantined: ['a.svc.example.com. TXT'],
    });
  });
});

describe('groups', () => {
  const inGroup = (match: NonNullable<Parameters<typeof group>[1]>, rest: Parameters<typeof server>[2]) =>
    composed([newcomer(server('web1', ['192.0.2.1'], rest))], {
      groups: [group('web', match, { claims: [claim(5, 'www.example.com')] })],
      grants: [grant('group', 'web', ['www.example.com'])],
    }).lines.length === 1;

  it('match where all holds, and of a list one', () => {
    const match = { labels: ['web', 'proxy'], environment: ['prod'], rack: [1, '2'] };
    expect(inGroup(match, { labels: ['web'], attributes: { environment: 'prod', rack: 2 } })).toBe(true);
    expect(inGroup(match, { labels: ['proxy'], attributes: { environment: 'prod', rack: '1' } })).toBe(true);
    expect(inGroup(match, { labels: ['mail'], attributes: { environment: 'prod', rack: 2 } })).toBe(false);
    expect(inGroup(match, { labels: ['web'], attributes: { environment: 'prod' } })).toBe(false);
    expect(inGroup({ constructor: ['x'] }, {})).toBe(false);
  });

  it('match by state', () => {
    expect(inGroup({ state: ['active'] }, {})).toBe(true);
    expect(inGroup({ state: ['maintenance'] }, {})).toBe(false);
    const roles = {
      groups: [
        group('resting', { state: ['maintenance'] }, { records: [record(5, '{{server.name}}.rest.example.com')] }),
      ],
      grants: [grant('group', 'resting', ['*.rest.example.com'])],
    };
    const servers = [present(server('web1', ['192.0.2.1'], { state: 'maintenance' })), present(mx2)];
    expect(composed(servers, roles).lines).toEqual(['web1.rest.example.com. 300 A 192.0.2.1']);
  });
});

describe('rules that cannot be used', () => {
  const at = { file: 'labels.yaml', line: 4, column: 3 };
  const unusable = (name: string | null, file = 'labels.yaml') => ({
    unusable: [{ name, reason: 'bad', at: { ...at, file } }],
    labels: claimed(),
  });

  it('leave what exists at their name', () => {
    const result = composed([present(mx1)], unusable('mail.example.com'), [zone('example.com.', ['mail TXT "x"'])]);
    expect(result).toMatchObject({ lines: [], quarantined: ['mail.example.com. null'] });
  });

  it('leave what exists at the names that servers make', () => {
    const result = composed([present(mx1)], unusable('{{server.name}}.svc.example.com'));
    expect(result.quarantined).toEqual(['mx1.svc.example.com. null']);
  });

  it('whose names nobody knows hold every delete of the zones that they could be about', () => {
    const zones = [zone('example.com.'), zone('example.net.')];
    const complete = (file?: string) => composed([], unusable(null, file), zones).zones.map((each) => each.complete);
    expect(complete()).toEqual([false, true]);
    expect(complete('hostmaster.yaml')).toEqual([false, false]);
  });
});
