import { describe, expect, it } from 'vitest';
import type { Origin } from '../../src/model/origin.ts';
import type { ZoneResult } from '../../src/model/result.ts';
import { makeRRset } from '../../src/model/rrset.ts';
import {
  type Explanation,
  formats,
  prepareApplied,
  prepareDeleted,
  prepareDumped,
  prepareExplained,
  prepareInitialised,
  preparePlanned,
  prepareServing,
  prepareValidated,
  prepareVerified,
  prepareWritten,
  type Report,
  render,
  terminalColours,
} from '../../src/report/index.ts';
import { changeset, create, difference, planOf, set, warning } from './make.ts';

const apex = 'example.com.';
const fine = { checked: 2, differences: [] };
const parsed = (report: Report): unknown => JSON.parse(render('json', report));

const plan = planOf([changeset(apex, [create(`b.${apex}`, 'A', set(300, '192.0.2.1'))])], [warning(1)]);
const result: ZoneResult = {
  zone: apex,
  view: null,
  target: 'pdns',
  status: 'applied',
  error: null,
  code: null,
  changes: [{ action: 'create', name: `b.${apex}`, type: 'A', status: 'applied', message: null }],
  fingerprint: null,
};

describe('a plan and what became of it', () => {
  const late = { ...warning(2), severity: 'error' as const };
  const applied = prepareApplied(plan, { results: [result], verify: fine, problems: [late] });

  it('is one document in JSON, in the shape of the contract', () => {
    expect(render('json', preparePlanned(plan))).toBe(`${JSON.stringify(plan, null, 2)}\n`);
    const whole = { ...plan, problems: [...plan.problems, late], results: [result], verify: fine };
    expect(render('json', applied)).toBe(`${JSON.stringify(whole, null, 2)}\n`);
  });

  it('is one comment in markdown, the plan with all problems first', () => {
    const whole = preparePlanned({ ...plan, problems: [...plan.problems, late] });
    expect(render('markdown', applied)).toBe(
      `${render('markdown', whole)}\n\`\`\`\nApplied: 1 change in 1 zone.\nVerified: 2 answers, all as they should be.\n\`\`\`\n`,
    );
  });

  it('goes on in text from the plan, which a person has seen, with the problems that came up since', () => {
    expect(render('text', applied)).toBe(
      [
        '',
        'zones/example.com.yaml:2:1: error [apex-ns-undeclared] example.com. has no NS',
        'Applied: 1 change in 1 zone.',
        'Verified: 2 answers, all as they should be.',
        '',
      ].join('\n'),
    );
  });
});

describe('what verify found', () => {
  const error = { ...warning(1), severity: 'error' as const };
  const report = prepareVerified({ checked: 1, differences: [difference('lags')] }, [warning(2), error]);

  it('comes in text and markdown with the errors that kept something from being asked for', () => {
    expect(render('text', report).split('\n')[0]).toBe(
      'zones/example.com.yaml:1:1: error [apex-ns-undeclared] example.com. has no NS',
    );
    expect(render('text', report)).not.toContain('warning');
    expect(render('markdown', report)).toMatch(
      /^\| {2}\| where [^🟠]*❌[^🟠]*\n\n```\nns1[^\n]*\nVerified: .*\n```\n$/su,
    );
  });

  it('has all problems in JSON', () => {
    expect(parsed(report)).toEqual({ checked: 1, differences: [difference('lags')], problems: [warning(2), error] });
  });
});

it('validate has the problems in JSON, and nothing but them', () => {
  expect(parsed(prepareValidated([warning(1)], 3))).toEqual({ problems: [warning(1)] });
});

describe('an explanation', () => {
  const origin: Origin = { kind: 'zone_file', file: 'zones/\u001b[2J.yaml', line: 7, column: 3 };
  const wanted = { type: 'A', ttl: 300, values: [{ rdata: '192.0.2.1', origins: [origin] }] };
  const explanation: Explanation = {
    name: `www.${apex}`,
    type: 'A',
    zone: apex,
    desired: [{ ...wanted, name: `*.${apex}` }],
    quarantined: [{ type: null, reason: 'bad\ninput', origin: null }],
    existing: [
      {
        target: 'pdns',
        error: null,
        rrsets: [],
        planned: [{ action: 'create', type: 'A', guard: null, reason: null }],
        unmanaged: [{ type: 'TXT', kind: 'foreign', why: 'foreign: ExternalDNS owner k8s' }],
      },
      { target: 'other', error: 'timed out', rrsets: [], planned: [], unmanaged: [] },
    ],
    answered: [
      {
        target: 'pdns',
        nameserver: 'ns1',
        type: 'A',
        rcode: 'NXDOMAIN',
        authoritative: false,
        answers: [{ name: apex, type: 'SOA', ttl: 60, rdata: 'a. b. 1 2 3 4 5' }],
      },
    ],
  };
  const text = [
    'www.example.com. A in zone example.com.',
    'desired',
    '  *.example.com. A 300 192.0.2.1   zones/\\x1b[2J.yaml:7',
    '  quarantined: bad\\x0ainput',
    'existing at pdns',
    '  nothing',
    '  planned: create A',
    '  left alone: TXT (foreign: ExternalDNS owner k8s)',
    'existing at other',
    '  timed out',
    'answered by ns1 for pdns: A NXDOMAIN, not authoritative',
    '  example.com. SOA 60 a. b. 1 2 3 4 5',
    '',
  ].join('\n');

  it('is the same in text and in markdown, each view apart', () => {
    expect(render('text', prepareExplained([explanation]))).toBe(text);
    expect(render('text', prepareExplained([explanation, explanation]))).toBe(`${text}\n${text}`);
    const fence = `\`\`\`\n${text}\`\`\``;
    expect(render('markdown', prepareExplained([explanation, explanation]))).toBe(`${fence}\n\n${fence}\n`);
  });

  it('is an object in JSON, and a list where several views have the name', () => {
    expect(parsed(prepareExplained([explanation]))).toEqual(explanation);
    expect(parsed(prepareExplained([explanation, explanation]))).toEqual([explanation, explanation]);
  });
});

describe('a deleted zone', () => {
  const deleted = {
    zone: apex,
    view: null,
    target: 'pdns',
    dump: 'deleted/example.com.zone',
    rrsets: 3,
    left: [{ name: `x.${apex}`, type: 'TYPE9', why: 'no such\ntype' }],
    problems: [warning(1)],
    verify: { checked: 2, differences: [] },
  };
  const text = [
    'deleted/example.com.zone: 3 RRsets',
    'not in it: x.example.com. TYPE9 (no such\\x0atype)',
    'Deleted example.com. at pdns.',
    'Verified: pdns has it no more, 2 name servers do not serve it.',
    '',
  ].join('\n');

  it('has its dump first, and what is proven last', () => {
    const report = prepareDeleted(deleted);
    expect(render('text', report)).toBe(text);
    expect(render('markdown', report)).toBe(`\`\`\`\n${text}\`\`\`\n`);
    expect(parsed(report)).toEqual(deleted);
  });

  it('is not gone where an error is in the way', () => {
    const differences = [difference('unexpected', { name: apex, type: 'SOA', expected: null })];
    const problems = [{ ...warning(1), severity: 'error' as const }];
    const lines = render('text', prepareDeleted({ ...deleted, problems, verify: { checked: 1, differences } }));
    expect(lines.trimEnd().split('\n').at(-1)).toBe('Verified: 1 name server does not serve it; 1 difference.');
  });
});

describe('a dump', () => {
  const zone = {
    zone: apex,
    rrsets: [
      makeRRset(apex, 'SOA', 60, [{ rdata: 'ns1.example.com. a.example.com. 1 2 3 4 5', origins: [] }]),
      makeRRset(`www.${apex}`, 'A', 60, [{ rdata: '192.0.2.1', origins: [] }]),
    ],
    left: [],
  };

  it('is the file as it is, tabs and all, and in JSON the RRsets', () => {
    const file =
      '$ORIGIN example.com.\n@\t60\tIN\tSOA\tns1.example.com. a.example.com. 1 2 3 4 5\nwww\t60\tIN\tA\t192.0.2.1\n';
    expect(render('text', prepareDumped(zone, 'zone'))).toBe(file);
    expect(render('markdown', prepareDumped(zone, 'zone'))).toBe(`\`\`\`\n${file}\`\`\`\n`);
    expect(parsed(prepareDumped(zone, 'yaml'))).toEqual(JSON.parse(JSON.stringify(zone)));
  });

  it.each([
    ['yaml', 1],
    ['zone', 2],
  ] as const)('into a folder counts what is in the file: %s', (form, number) => {
    const report = prepareWritten([{ file: `out/a.${form}`, zone }], form);
    const line = `out/a.${form}: ${number} RRset${number === 1 ? '' : 's'}\n`;
    expect([render('text', report), render('markdown', report)]).toEqual([line, `\`\`\`\n${line}\`\`\`\n`]);
    expect(parsed(report)).toEqual({ files: [`out/a.${form}`] });
  });

  it('of no zone says nothing but in JSON', () => {
    const report = prepareWritten([], 'yaml');
    expect([render('text', report), render('markdown', report)]).toEqual(['', '']);
    expect(parsed(report)).toEqual({ files: [] });
  });
});

it('serve says where each target answers', () => {
  const serving = [{ target: 'local', address: '127.0.0.1', port: 5300 }];
  const report = prepareServing(serving);
  const line = 'local answers at 127.0.0.1 port 5300 (UDP and TCP); Ctrl-C stops it\n';
  expect([render('text', report), render('markdown', report)]).toEqual([line, `\`\`\`\n${line}\`\`\`\n`]);
  expect(parsed(report)).toEqual({ serving });
});

it('init says what it wrote, and the commands with the file that they need', () => {
  const report = prepareInitialised('dns', ['hostmaster.yaml'], 'dns/hostmaster.yaml');
  const text = render('text', report);
  expect(text).toMatch(/^Wrote 1 file to dns:\n {2}hostmaster\.yaml\n\n/);
  expect(text).toContain('  hostmaster plan --config dns/hostmaster.yaml ');
  expect(render('markdown', report)).toBe(`\`\`\`\n${text}\`\`\`\n`);
  expect(parsed(report)).toEqual({ folder: 'dns', files: ['hostmaster.yaml'] });
});

describe('formats', () => {
  it('are those of the contract', () => {
    expect(formats).toEqual(['text', 'json', 'markdown']);
  });

  it.each(['markdown', 'json'] as const)('%s has no colours, whatever the terminal has', (format) => {
    expect(render(format, preparePlanned(plan), terminalColours)).toBe(render(format, preparePlanned(plan)));
  });
});
