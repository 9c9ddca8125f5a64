import { count } from '../../model/phrases.ts';
import type { Problem } from '../../model/problem.ts';
import { makeReport, type Report, toned } from '../report.ts';
import { manyOfEachRule, problemCounts } from '../words/problem.ts';

/** What `validate` reports of so many zones. */
export const prepareValidated = (problems: readonly Problem[], zones: number): Report =>
  makeReport({
    kind: 'validated',
    document: { problems },
    sections: [{ kind: 'problems', problems, most: manyOfEachRule }],
    summary: [`${count(zones, 'zone')} checked: `, problemCounts(problems) ?? toned('no problems', 'good')],
  });
