import { describe, expect, it } from 'vitest';
import type { HealthCheck } from '../../src/model/health.ts';
import type { Change, PlannedRRset } from '../../src/model/plan.ts';
import { type CheckedRecord, parseRdata, printCheckedLua } from '../../src/provider.ts';
import {
  prepareApplied,
  prepareExplained,
  preparePlanned,
  prepareValidated,
  prepareVerified,
  type Report,
  render,
} from '../../src/report/index.ts';
import { changeset, create, difference, planOf, remove, replace, set, warning } from './make.ts';

// Health checks are shown as addresses and what they are checked by, never as the code that they are made into.

const apex = 'example.com.';
const app = `app.${apex}`;
const lua = (addresses: readonly string[], more: Partial<CheckedRecord> = {}): string =>
  parseRdata(
    'LUA',
    printCheckedLua({
      type: 'A',
      probe: { port: 443, addresses },
      timeout: null,
      match: null,
      fallback: null,
      ...more,
    }),
  );
const text = (...changes: readonly Change[]) => render('text', preparePlanned(planOf([changeset(apex, changes)])));
const lineOf = (...changes: readonly Change[]) => text(...changes).split('\n')[1];
const [one, two] = ['192.0.2.1', '192.0.2.2'];
const from = '   zones/example.com.yaml:7';
const closed: HealthCheck = {
  ...{ port: 443, urls: null, interval: null, timeout: null },
  ...{ string_match: null, when_all_down: 'closed' },
};
const witness = { address: '127.0.0.1', port: 53 };

describe('a health check that was made into code', () => {
  it.each<[string, PlannedRRset, PlannedRRset, string]>([
    ['an address', set(60, lua([one])), set(60, lua([two])), `60  checked tcp/443: - ${one} + ${two}`],
    ['the TTL', set(60, lua([one, two])), set(30, lua([one, two])), 'ttl 60 → 30  checked tcp/443: 2 stay'],
    [
      'the port',
      set(60, lua([one, two])),
      set(60, lua([one, two], { probe: { port: 80, addresses: [one, two] } })),
      '60  checked tcp/443 → tcp/80: 2 stay',
    ],
    [
      'the timeout',
      set(60, lua([one])),
      set(60, lua([one], { timeout: 3 })),
      '60  checked tcp/443 → tcp/443, within 3 s: 1 stays',
    ],
    [
      'a URL',
      set(60, lua([one])),
      set(
        60,
        lua([], {
          probe: {
            urls: [
              [`https://${one}/up`, [one]],
              [`https://${two}/up`, [two]],
            ],
          },
        }),
      ),
      `60  checked tcp/443 → https://ADDRESS/up: + ${two}, 1 stays`,
    ],
    [
      'what is answered instead',
      set(60, lua([one], { fallback: { addresses: [], witness } })),
      set(60, lua([one], { fallback: { addresses: ['192.0.2.9'], witness } })),
      '60  checked tcp/443, else nothing → tcp/443, else 192.0.2.9: 1 stays',
    ],
    [
      'the code alone',
      set(60, lua([one], { fallback: { addresses: [], witness } })),
      set(60, lua([one], { fallback: { addresses: [], witness: { ...witness, port: 5300 } } })),
      '60  checked tcp/443, else nothing: 1 stays (the same check, written in another way)',
    ],
  ])('shows %s', (_, before, after, words) => {
    expect(lineOf(replace(app, 'LUA', before, after))).toBe(`  ~ app  A  ${words}${from}`);
  });

  it('shows what is new and what goes', () => {
    const both = set(60, lua([one, two]), lua(['2001:db8::1'], { type: 'AAAA' }));
    expect(lineOf(create(app, 'LUA', both))).toBe(
      `  + app  A, AAAA  60  checked tcp/443: ${one}, ${two}, 2001:db8::1${from}`,
    );
    expect(lineOf(remove(app, 'LUA', set(60, lua([one]))))).toBe(`  - app  A  60  checked tcp/443: ${one}  DELETE`);
  });

  it('is no delete beside a create where plain addresses become checked, or checked ones plain', () => {
    const [plain, checked] = [set(60, one), set(60, lua([one, two]))];
    expect(
      text(remove(app, 'A', plain), create(app, 'LUA', checked))
        .split('\n')
        .slice(1, 3),
    ).toEqual([
      `  ~ app  A  60  now checked tcp/443: + ${two}, 1 stays (a delete and a create in one write)${from}`,
      '',
    ]);
    expect(lineOf(create(app, 'A', plain), remove(app, 'LUA', checked))).toBe(
      `  ~ app  A  60  no longer checked tcp/443: - ${two}, 1 stays (a delete and a create in one write)${from}`,
    );
  });

  it('keeps a delete where the addresses of one family are not among the checked ones', () => {
    const lines = text(
      remove(app, 'A', set(60, one)),
      remove(app, 'AAAA', set(60, '2001:db8::1')),
      create(app, 'LUA', set(60, lua([one]))),
    );
    expect(lines).toContain(
      `  ~ app  A     60  now checked tcp/443: 1 stays (a delete and a create in one write)${from}\n`,
    );
    expect(lines).toContain('  - app  AAAA  60  2001:db8::1  DELETE\n');
  });

  it('is words also beside code that a zone file has at the same name', () => {
    const own = parseRdata('LUA', 'TXT "\'x\'"');
    expect(lineOf(replace(app, 'LUA', set(60, own), set(60, own, lua([one]))))).toBe(
      `  ~ app  LUA  60  + A checked tcp/443: ${one}, 1 stays${from}`,
    );
  });

  it('is code where it is not what Hostmaster makes of a check', () => {
    const own = parseRdata('LUA', `A "ifportup(443, {'${one}'}, {selector='all', backupSelector='all'}) or os.exit()"`);
    expect(lineOf(create(app, 'LUA', set(60, own)))).toBe(`  + app  LUA  60  ${own}${from}`);
  });
});

describe('a check of addresses that stay addresses', () => {
  const check: HealthCheck = {
    ...{ port: 25, urls: null, interval: 30_000, timeout: null },
    ...{ string_match: null, when_all_down: 'open' },
  };
  const checked = (more: Partial<HealthCheck> = {}) => ({ ...set(60, one), health_check: { ...check, ...more } });

  it.each([
    ['comes', set(60, one), checked(), 'now checked tcp/25, each 30 s: 1 stays'],
    ['goes', checked(), set(60, one), 'no longer checked tcp/25, each 30 s: 1 stays'],
    ['is another', checked(), checked({ port: 80 }), 'checked tcp/25, each 30 s → tcp/80, each 30 s: 1 stays'],
  ] as const)('that %s is what the line says', (_, before, after, words) => {
    expect(lineOf(replace(app, 'A', before, after))).toBe(`  ~ app  A  60  ${words}${from}`);
  });

  it('shows where two long ones differ', () => {
    const long = (end: string) => checked({ string_match: `${'x'.repeat(300)}${end}${'y'.repeat(300)}` });
    const [, is = ''] = lineOf(replace(app, 'A', long('1'), long('2')))?.split(' → ') ?? [];
    expect(is).toContain('x2y');
    expect(is.length).toBeLessThan(160);
  });
});

describe('no report has code of a check', () => {
  const code = lua([one, two], { fallback: { addresses: [], witness } });
  const words = `checked tcp/443, else nothing: ${one}, ${two}`;
  const message = `PowerDNS refused it: Record ${app}/LUA '${code}': not in expected format`;
  const rrset = { name: app, type: 'LUA', ttl: 60, values: [{ rdata: code, origins: [] }] };
  const plan = planOf(
    [changeset(apex, [replace(app, 'LUA', set(60, lua([one])), set(60, code))])],
    [warning(1, message)],
  );
  const verify = {
    checked: 1,
    differences: [difference('differs', { type: 'LUA', expected: [`60 ${code}`], answered: [`30 ${code}`] })],
  };
  const result = {
    ...{ zone: apex, view: null, target: 'pdns', status: 'failed' as const, error: message, code: 'WRITE_REFUSED' },
    ...{ changes: [], fingerprint: null },
  };
  const reports: Readonly<Record<string, readonly [Report, string]>> = {
    plan: [preparePlanned(plan), 'checked tcp/443'],
    apply: [prepareApplied(plan, { results: [result], verify, problems: [] }), words],
    verify: [prepareVerified(verify, []), `expected 60 A ${words}; answered 30 A ${words}`],
    validate: [prepareValidated([warning(1, message)], 1), words],
    explain: [
      prepareExplained([
        {
          ...{ name: app, type: null, zone: apex, quarantined: [], answered: [] },
          desired: [{ ...rrset, type: 'A', values: [{ rdata: one, origins: [] }], health_check: closed }],
          existing: [{ target: 'pdns', error: null, rrsets: [rrset], planned: [], unmanaged: [] }],
        },
      ]),
      `A 60 ${words}`,
    ],
  };

  it.each(Object.keys(reports))('%s', (kind) => {
    const [report, expected] = reports[kind] ?? [];
    if (report === undefined) throw new Error(kind);
    for (const format of ['text', 'markdown'] as const) {
      const output = render(format, report);
      expect(output).not.toMatch(/ifportup|selector|local s|return/);
      expect(output.replaceAll('`', '')).toContain(expected);
    }
  });

  it('also where a server quotes a part of it', () => {
    const cut = warning(1, `refused: '${code.slice(0, 60)}`);
    expect(render('text', prepareValidated([cut], 1))).toContain("refused: 'a health check\n");
  });
});
