import { expect, it } from 'vitest';
import { withoutSuperseded } from '../../src/compose/compose-rules.ts';
import { problemAt } from '../../src/model/problem.ts';

const at = (line: number) => ({ file: 'labels.yaml', line, column: 11 });
const problem = (rule: string, line: number) => problemAt(rule, 'warning', 'a message', at(line));

it('of a claim without a grant one problem is left, whichever says most', () => {
  const problems = [
    problem('grant-missing', 5),
    problem('claim-empty', 5),
    problem('grant-denied', 6),
    problem('grant-missing', 6),
    problem('claim-empty', 7),
    problem('grant-missing', 8),
    problem('server-lacks', 8),
  ];
  expect(withoutSuperseded(problems).map(({ rule, line }) => [rule, line])).toEqual([
    ['grant-missing', 5],
    ['grant-denied', 6],
    ['claim-empty', 7],
    ['grant-missing', 8],
    ['server-lacks', 8],
  ]);
});
