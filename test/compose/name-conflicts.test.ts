import { describe, expect, it } from 'vitest';
import { compose } from '../../src/compose/index.ts';
import type { Roles } from '../../src/model/roles.ts';
import type { RosterServer } from '../../src/model/server.ts';
import * as make from './compose-input.ts';

const { server, present, newcomer, record, claim, label, grant, zone } = make;

describe("names made of servers' attributes", () => {
  const alias = '{{server.alias}}.lab.internal';
  const zones = [zone('lab.internal.')];
  const grants = ['mail', 'pool'].map((name) =>
    grant('label', name, ['*.lab.internal'], { types: ['A', 'AAAA', 'CNAME', 'TXT'] }),
  );
  const pool = (name: string, ip: string, to = 'shared') =>
    server(name, [ip], { labels: ['pool'], attributes: { alias: to } });
  const known = (as: Parameters<typeof present>[0], since: number) => ({
    ...present(as),
    known: { server: as, since },
  });
  const found = (servers: readonly RosterServer[], labels: Roles['labels'], registered = false) => {
    const registration = registered ? make.registration : null;
    const result = compose(make.inputOf(servers, { registration, grants, labels }, zones));
    return {
      lines: make.linesOf(result.zones),
      rules: result.problems.map(({ rule }) => rule),
      quarantined: result.zones.flatMap(({ quarantined }) => quarantined.map(({ name, type }) => `${name} ${type}`)),
      message: result.problems[0]?.message,
    };
  };
  const claiming = label('pool', { claims: [claim(9, alias)] });
  const linking = label('pool', { records: [record(9, alias, 'CNAME', { value: '{{server.name}}.example.' })] });
  const recording = label('mail', { records: [record(5, alias)] });
  const mailAt = (name: string, ip: string, to = 'shared') =>
    server(name, [ip], { labels: ['mail'], attributes: { alias: to } });

  it('a claim does not take the registered name of another server, nor freezes it', () => {
    const thief = pool('thief', '192.0.2.66', 'victim');
    const result = found([present(server('victim', ['192.0.2.1'])), present(thief)], [claiming], true);
    expect(result).toMatchObject({
      lines: ['thief.lab.internal. 300 A 192.0.2.66', 'victim.lab.internal. 300 A 192.0.2.1'],
      rules: expect.arrayContaining(['name-taken']),
      quarantined: [],
    });
    expect(result.rules).not.toContain('claim-and-record');
    const noAddress = found([present(server('victim', [])), present(thief)], [claiming], true);
    expect(noAddress).toMatchObject({ lines: ['thief.lab.internal. 300 A 192.0.2.66'], quarantined: [] });
  });

  it('a claim at the own registered name quarantines that alone', () => {
    const own = pool('own', '192.0.2.5', 'own');
    const result = found([present(own), present(pool('other', '192.0.2.6', 'own'))], [claiming], true);
    expect(result).toMatchObject({
      lines: ['other.lab.internal. 300 A 192.0.2.6'],
      quarantined: ['own.lab.internal. null'],
    });
    expect(result.rules.filter((rule) => /name-taken|claim-and-record/.test(rule)).toSorted()).toEqual([
      'claim-and-record',
      'name-taken',
    ]);
  });

  it("a claim yields to a record of another server that has Git's own name", () => {
    const fixed = label('mail', { records: [record(5, 'shared.lab.internal')] });
    const servers = [known(mailAt('late', '192.0.2.1'), 2), known(pool('early', '192.0.2.2'), 1)];
    expect(found(servers, [fixed, claiming])).toEqual({
      lines: ['shared.lab.internal. 300 A 192.0.2.1'],
      rules: ['name-taken'],
      quarantined: [],
      message: 'label pool, server lab/early: shared.lab.internal. already has a record of type A of server lab/late',
    });
  });

  it.each([
    ['a claim', claiming, 'A 192.0.2.2'],
    ['a CNAME', linking, 'CNAME p.example.'],
  ])('of %s and a record the older one stands', (_, other, rdata) => {
    const m = mailAt('m', '192.0.2.1');
    const p = pool('p', '192.0.2.2');
    const ofRecord = { lines: ['shared.lab.internal. 300 A 192.0.2.1'], rules: ['name-taken'], quarantined: [] };
    expect(found([known(m, 1), known(p, 2)], [recording, other])).toMatchObject(ofRecord);
    expect(found([known(m, 1), newcomer(p)], [recording, other])).toMatchObject(ofRecord);
    const ofOther = found([known(m, 2), known(p, 1)], [recording, other]);
    expect(ofOther).toMatchObject({ rules: ['name-taken'], quarantined: [] });
    expect(ofOther.lines).toEqual([expect.stringContaining(rdata)]);
  });

  it('of two CNAMEs the older one stands', () => {
    const servers = [known(pool('a', '192.0.2.1'), 2), known(pool('b', '192.0.2.2'), 1)];
    expect(found(servers, [linking])).toMatchObject({
      lines: ['shared.lab.internal. 300 CNAME b.example.'],
      rules: ['name-taken'],
    });
  });

  it('where none is older, it is as if both were meant', () => {
    const both = [newcomer(mailAt('m', '192.0.2.1')), newcomer(pool('p', '192.0.2.2'))];
    expect(found(both, [recording, claiming])).toMatchObject({
      lines: [],
      rules: ['claim-and-record'],
      quarantined: ['shared.lab.internal. null'],
    });
    expect(found(both, [recording, linking])).toMatchObject({ lines: { length: 2 }, rules: [] });
  });

  it('who yields is no obstacle to a third', () => {
    const servers = [
      known(mailAt('m1', '192.0.2.1'), 1),
      known(pool('p', '192.0.2.2'), 2),
      known(mailAt('m2', '192.0.2.3'), 3),
    ];
    expect(found(servers, [recording, linking])).toMatchObject({
      lines: ['shared.lab.internal. 300 A 192.0.2.1', 'shared.lab.internal. 300 A 192.0.2.3'],
      rules: ['name-taken'],
    });
  });

  it('thousands at one name take no longer than others', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => {
      const as =
        i % 2 === 0 ? mailAt(`s${i}`, `198.18.${i >> 8}.${i & 255}`) : pool(`s${i}`, `198.18.${i >> 8}.${i & 255}`);
      return known(as, i % 3);
    });
    // Time of this thread alone: other tests run beside it.
    const start = process.threadCpuUsage();
    expect(found(many, [recording, linking]).rules).toEqual(['name-taken', 'name-taken']);
    const { user, system } = process.threadCpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(3_000);
  });
});
