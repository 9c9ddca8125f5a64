import { HostmasterError } from '../../model/errors.ts';
import type { ZoneId } from '../../model/zone.ts';
import { zoneLabel } from '../../model/zone.ts';
import type { PlanPass } from '../../run.ts';
import type { ServerStatus, ZoneRRset } from '../answers.ts';
import type { Listed, ListPage } from '../list.ts';
import { partOfList } from '../part-of-list.ts';
import type { HookAnswers, HookQuestion } from './hook-questions.ts';
import type { PassInput } from './pass-input.ts';
import type { RepositoryAnswers, RepositoryQuestion } from './repository-questions.ts';
import type { SuspensionAnswers, SuspensionQuestion } from './suspension-questions.ts';

// What people ask of the thread of the passes.

export type LastPassQuestion =
  | { readonly kind: 'rrsets'; readonly zone: ZoneId; readonly page: ListPage }
  | { readonly kind: 'servers'; readonly page: ListPage };

/** What `hostmaster explain` answers, which asks targets and name servers. */
export interface ExplainQuestion {
  readonly kind: 'explain';
  readonly input: PassInput;
  readonly name: string;
  readonly type: string | null;
}

export type ThreadQuestion =
  | LastPassQuestion
  | ExplainQuestion
  | RepositoryQuestion
  | SuspensionQuestion
  | HookQuestion;

interface Answers extends RepositoryAnswers, SuspensionAnswers, HookAnswers {
  readonly rrsets: Listed<ZoneRRset> | null;
  readonly servers: Listed<Omit<ServerStatus, 'hook_at'>>;
  readonly explain: unknown;
}

export type AnswerTo<Asked extends ThreadQuestion> = Answers[Asked['kind']];

/** `null` for a zone that is not configured. Throws CONFIG before the first pass. */
export const answerTo = (
  question: LastPassQuestion,
  last: PlanPass | null,
): Listed<ZoneRRset> | Listed<Omit<ServerStatus, 'hook_at'>> | null => {
  if (last === null) throw new HostmasterError('CONFIG', 'no pass has read the repository yet: ask again in a moment');
  return question.kind === 'rrsets' ? rrsetsOf(question, last) : serversOf(question.page, last);
};

const rrsetsOf = (
  { zone, page }: Extract<LastPassQuestion, { kind: 'rrsets' }>,
  { desired }: PlanPass,
): Listed<ZoneRRset> | null => {
  const found = desired.definitions.zones.find(({ id }) => zoneLabel(id) === zoneLabel(zone));
  if (found === undefined) return null;
  const rrsets = found.rrsets.map(({ healthCheck = null, name, ttl, type, values }) => ({
    ...{ name, type, ttl, values },
    health_check: healthCheck,
  }));
  return partOfList(rrsets, ({ name, type }) => `${name} ${type}`, page);
};

const serversOf = (page: ListPage, { desired }: PlanPass): Listed<Omit<ServerStatus, 'hook_at'>> =>
  partOfList(
    desired.roster.servers.map((entry) => {
      const { inventory, ips, labels, name, state } = entry.server;
      return {
        ...{ inventory, name, ips, labels, state, standing: entry.standing },
        reason: entry.standing === 'remembered' ? entry.reason : null,
        missing: entry.standing === 'missing' ? entry.missing : null,
      };
    }),
    ({ inventory, name }) => `${inventory}/${name}`,
    page,
  );
