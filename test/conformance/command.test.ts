import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostmaster } from '../command.ts';
import { tempFolder } from '../servers/child.ts';
import { differences } from './answers.ts';
import { groups } from './groups/index.ts';
import { normaliserOf } from './normalise.ts';
import { powerDnsSubject } from './powerdns.ts';
import type { Subject } from './runner.ts';
import { writeRepository } from './step-repository.ts';
import type { Wanted } from './suite.ts';

// A few groups through the command, each step in a process of its own: apply, plan again, read back with dig.

const names = ['A beside AAAA', 'Several names at once', 'Deep names', 'CNAME chains', 'What is left alone'];
const chosen = groups.filter(({ name }) => names.includes(name));

describe('through the command', () => {
  const normalise = normaliserOf(chosen);
  let subject: Subject | undefined;
  beforeAll(async () => {
    subject = await powerDnsSubject('sqlite');
  });
  afterAll(() => subject?.stop());

  for (const group of chosen) {
    describe(group.name, () => {
      const folder = tempFolder('conformance-command');
      let before: readonly Wanted[] = [];
      for (const step of group.steps) {
        it(step.name, async () => {
          if (subject === undefined) throw new Error('the server did not start');
          const config = writeRepository(folder, subject.config, group, step);
          expect(await hostmaster(['apply', '--yes', '--config', config])).toMatchObject({ code: 0 });
          expect(await hostmaster(['plan', '--exit-code', '--full', '--config', config])).toMatchObject({ code: 0 });
          const expectation = { zone: group.zone, now: step.records, before, asks: step.asks };
          before = step.records;
          expect(await differences(subject.dns, expectation, normalise)).toEqual([]);
        });
      }
    });
  }
});
