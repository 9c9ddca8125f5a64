import { describe, expect, it } from 'vitest';
import type { Phase } from '../../src/apply/phases.ts';
import { changesByPhase, rolesOf } from '../../src/apply/phases.ts';
import type { AtomicSet, Change, Changeset } from '../../src/model/plan.ts';
import { change, changeset, setOf } from './changes.ts';

const reverse = '2.0.192.in-addr.arpa.';

const phasesOf = (zone: Changeset, sets: readonly AtomicSet[]): Readonly<Partial<Record<Phase, readonly string[]>>> =>
  Object.fromEntries(
    [...changesByPhase(zone, rolesOf(sets))].map(([phase, changes]) => [
      phase,
      changes.map(({ action, name, type }) => `${action} ${name} ${type}`),
    ]),
  );

describe('phases', () => {
  it('without atomic sets all changes are one phase', () => {
    const zone = changeset('lab.test.', [
      change('a.lab.test. A', '', '300 192.0.2.1@web1'),
      change('b.lab.test. A', '300 192.0.2.1', ''),
    ]);
    expect(phasesOf(zone, [])).toEqual({ main: ['create a.lab.test. A', 'delete b.lab.test. A'] });
  });

  it('part what points back, what is pointed at, what is shared, and what goes', () => {
    const forward = changeset('lab.test.', [
      change('gone.lab.test. A', '300 192.0.2.9', ''),
      change('mail.lab.test. A', '60 192.0.2.1', '60 192.0.2.2@web1'),
      change('old.lab.test. A', '60 192.0.2.9', ''),
      change('static.lab.test. TXT', '', '300 "x"'),
      change('stays.lab.test. TXT', '300 "x"', ''),
      change('web1.lab.test. A', '300 192.0.2.1', '300 192.0.2.2'),
    ]);
    const back = changeset(reverse, [
      change(`1.${reverse} PTR`, '300 web1.lab.test.', ''),
      change(`2.${reverse} PTR`, '', '300 web1.lab.test.'),
      change(`9.${reverse} PTR`, '300 gone.lab.test.', ''),
    ]);
    const all = [forward, back];
    const sets = [
      setOf('web1', ['web1.lab.test. A', `1.${reverse} PTR`, `2.${reverse} PTR`], all, ['mail.lab.test. A']),
      setOf('gone', ['gone.lab.test. A', `9.${reverse} PTR`], all, ['old.lab.test. A']),
    ];
    expect(phasesOf(forward, sets)).toEqual({
      main: ['create static.lab.test. TXT', 'delete stays.lab.test. TXT', 'replace web1.lab.test. A'],
      claims: ['replace mail.lab.test. A'],
      claim_deletes: ['delete old.lab.test. A'],
      address_deletes: ['delete gone.lab.test. A'],
    });
    expect(phasesOf(back, sets)).toEqual({
      ptr: [`create 2.${reverse} PTR`],
      ptr_deletes: [`delete 1.${reverse} PTR`, `delete 9.${reverse} PTR`],
    });
  });

  const web1 = change('web1.lab.test. A', '', '300 192.0.2.1');
  const oneSet = (changes: readonly Change[]) => {
    const zone = changeset('lab.test.', [web1, ...changes]);
    return phasesOf(zone, [setOf('web1', ['web1.lab.test. A'], [zone])]);
  };

  it('a claim is known by its values too', () => {
    expect(oneSet([change('mail.lab.test. A', '', '60 192.0.2.1@web1')]).claims).toEqual(['create mail.lab.test. A']);
  });

  it('a type swap is never split', () => {
    const swap = [
      change('mail.lab.test. A', '60 192.0.2.1', ''),
      change('mail.lab.test. LUA', '', '60 A "x"@web1'),
      change('web1.lab.test. CNAME', '300 x.test.', ''),
    ];
    expect(oneSet(swap)).toEqual({
      claims: ['delete mail.lab.test. A', 'create mail.lab.test. LUA'],
      main: ['create web1.lab.test. A', 'delete web1.lab.test. CNAME'],
    });
  });

  it('a zone without members of sets waits as a whole for its claims, so that it is written once', () => {
    const lab = changeset('lab.test.', [web1]);
    const zone = changeset('shared.test.', [
      change('alias.shared.test. CNAME', '', '300 web1.lab.test.'),
      change('mail.shared.test. A', '', '60 192.0.2.1@web1'),
      change('old.shared.test. A', '60 192.0.2.9@web1', ''),
    ]);
    const sets = [setOf('web1', ['web1.lab.test. A'], [lab, zone], ['mail.shared.test. A'])];
    expect(phasesOf(zone, sets)).toEqual({
      claims: ['create alias.shared.test. CNAME', 'create mail.shared.test. A'],
      claim_deletes: ['delete old.shared.test. A'],
    });
  });

  it('what points at a new claim comes with it, and what points at an old one does not wait', () => {
    const fresh = change('mail.lab.test. A', '', '60 192.0.2.1@web1');
    const points = change('lab.test. MX', '', '300 10 mail.lab.test.');
    expect(oneSet([fresh, points]).claims).toEqual(['create lab.test. MX', 'create mail.lab.test. A']);
    const old = change('mail.lab.test. A', '60 192.0.2.9', '60 192.0.2.1@web1');
    expect(oneSet([old, points])).toMatchObject({ main: ['create lab.test. MX', 'create web1.lab.test. A'] });
  });
});
