import type { FastifyRequest } from 'fastify';
import { parseDuration } from '../../../model/duration.ts';
import type { Clock } from '../../../model/ports.ts';
import type { Front } from '../../front.ts';
import { parseGitHook } from '../../hooks/git.ts';
import { type ParsedHook, parseInventoryHook } from '../../hooks/inventory.ts';
import { parseNetboxHook } from '../../hooks/netbox.ts';
import {
  gitSignature,
  hubSignature,
  netboxSignature,
  type SignatureVerdict,
  type SignedRequest,
} from '../../hooks/signatures.ts';
import type { HookAnswer } from '../../inventory-hook.ts';
import type { Metrics } from '../../metrics.ts';
import { HttpRefusal, stoppingRefusal, tooManyRequests } from '../errors.ts';
import type { Access, HttpLimits } from '../options.ts';
import { type Route, type RouteAnswer, signedRoute } from '../route.ts';
import { gitHookSchema, hookAcceptedSchema, hookedSchema } from '../schema/answers.ts';
import { noQuerySchema, waitQuerySchema } from '../schema/requests.ts';

export interface HookContext {
  readonly front: Front;
  readonly access: () => Access;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly limits: HttpLimits;
  /** Counts a failure of the client, and gives what it is answered with. */
  readonly failed: (request: FastifyRequest, refusal: HttpRefusal) => Promise<HttpRefusal>;
  /** Aborted when the interface ends: nobody waits any more. */
  readonly closing: AbortSignal;
}

type Kind = 'git' | 'inventory' | 'netbox';

/** Hooks are believed by their signature alone. */
export const hookRoutes = (context: HookContext): readonly Route[] => {
  const { limits } = context;
  const waiting = waitingRoom(limits.waitingHooks);
  return [
    signedRoute({
      ...{ path: '/hooks/git', id: 'gitHook', summary: 'Something was pushed.', query: noQuerySchema },
      ...{ bodyLimit: limits.gitBody, headers: gitHeaders, answers: gitAnswers, errors: [404] },
      answer: async ({ request }) => gitHook(request, context),
    }),
    ...['/hooks/inventory', '/hooks/inventory/{name}'].map((path, i) =>
      signedRoute({
        ...{ path, id: i === 0 ? 'onlyInventoryHook' : 'inventoryHook', summary: 'These servers are so now.' },
        ...{ query: waitQuerySchema, bodyLimit: limits.inventoryBody, headers: inventoryHeaders },
        ...{ answers: inventoryAnswers, errors: [404] },
        answer: async ({ params, query, request }) => {
          const waitMs = waitOf(query.wait, limits.hookWait);
          return inventoryHook(request, params.name ?? null, { ...context, waiting }, waitMs);
        },
      }),
    ),
  ];
};

const gitHeaders = [
  'x-hub-signature-256',
  'x-gitea-signature',
  'x-gitlab-token',
  ...['webhook-id', 'webhook-timestamp', 'webhook-signature'],
];
const inventoryHeaders = ['x-hub-signature-256', 'x-hook-signature'];

const gitAnswers = { 200: gitHookSchema, 202: gitHookSchema };
const inventoryAnswers = { 200: hookedSchema, 202: hookAcceptedSchema };

const gitHook = async (request: FastifyRequest, context: HookContext): Promise<RouteAnswer> => {
  const { access, clock, front } = context;
  const { gitHook: settings } = access();
  if (settings === null) throw new HttpRefusal('NOT_FOUND', 'No hook of a Git server is taken here.');
  const sent = signedRequest(request);
  await checkSigned(gitSignature(sent, settings.secret, clock.now()), 'git', request, context);
  refuseWhileStopping('git', context);
  const hook = parseGitHook(sent, settings.ref);
  if (hook.kind === 'invalid') throw await refused('git', new HttpRefusal('BAD_REQUEST', hook.why), context);
  if (hook.kind === 'ignored') {
    countHook('git', 'ignored', context);
    return { status: 200, body: { status: 'ignored', message: hook.why } };
  }
  front.gitHook();
  countHook('git', 'accepted', context);
  return { status: 202, body: { status: 'accepted', message: 'The repository is fetched.' } };
};

type InventoryContext = HookContext & { readonly waiting: WaitingRoom };

const inventoryHook = async (
  request: FastifyRequest,
  given: string | null,
  context: InventoryContext,
  waitMs: number | null,
): Promise<RouteAnswer> => {
  const { access, clock } = context;
  const { inventoryHooks } = access();
  const name = given ?? (inventoryHooks.size === 1 ? ([...inventoryHooks.keys()][0] ?? null) : null);
  const secret = name === null ? undefined : inventoryHooks.get(name);
  if (name === null || secret === undefined)
    throw new HttpRefusal('NOT_FOUND', 'No hook of this inventory is taken here.');
  const sent = signedRequest(request);
  const ofNetbox = netboxSignature(sent, secret);
  const kind: Kind = ofNetbox === 'missing' ? 'inventory' : 'netbox';
  await checkSigned(kind === 'netbox' ? ofNetbox : hubSignature(sent, secret), kind, request, context);
  refuseWhileStopping(kind, context);
  const parsed = kind === 'netbox' ? parseNetboxHook(sent.body) : parseInventoryHook(name, sent.body, clock.now());
  if (parsed.kind === 'refused') throw await refused(kind, new HttpRefusal(parsed.code, parsed.why), context);
  return answerHook(name, kind, parsed, context, waitMs);
};

const answerHook = async (
  name: string,
  kind: Kind,
  { hook }: Extract<ParsedHook, { readonly kind: 'hook' }>,
  context: InventoryContext,
  waitMs: number | null,
): Promise<RouteAnswer> => {
  const { closing, front, waiting } = context;
  const answer = await waiting.during(waitMs, (wait) =>
    unlessClosing(() => front.inventoryHook(name, hook, wait), closing),
  );
  if (answer === null) {
    countHook(kind, 'stopping', context);
    throw stoppingRefusal();
  }
  if (answer.kind === 'full') {
    countHook(kind, 'full', context);
    throw tooManyRequests('Too many servers wait already: send it again.', answer.retryAfterSeconds);
  }
  countHook(kind, 'accepted', context);
  return answer.servers === null
    ? { status: 202, body: { accepted: answer.accepted } }
    : { status: 200, body: { servers: answer.servers } };
};

/** null: the interface ended before. */
const unlessClosing = async (ask: () => Promise<HookAnswer>, closing: AbortSignal): Promise<HookAnswer | null> => {
  if (closing.aborted) return null;
  const { promise, resolve } = Promise.withResolvers<null>();
  const end = (): void => resolve(null);
  closing.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([ask(), promise]);
  } finally {
    closing.removeEventListener('abort', end);
  }
};

/** Where too many wait already, one more is taken and does not wait. */
const waitingRoom = (most: number) => {
  let inside = 0;
  return {
    during: async <T>(waitMs: number | null, ask: (waitMs: number | null) => Promise<T>): Promise<T> => {
      if (waitMs === null || inside >= most) return ask(null);
      inside += 1;
      try {
        return await ask(waitMs);
      } finally {
        inside -= 1;
      }
    },
  };
};

type WaitingRoom = ReturnType<typeof waitingRoom>;

const waitOf = (text: string | undefined, most: number): number | null => {
  if (text === undefined) return null;
  const wait = parseDuration(text);
  if (wait === null || wait > most)
    throw new HttpRefusal('BAD_REQUEST', `The query: "wait" is at most ${most / 1000}s.`);
  return wait;
};

const signedRequest = ({ body, headers }: FastifyRequest): SignedRequest => ({
  headers,
  body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
});

const checkSigned = async (
  verdict: SignatureVerdict,
  kind: Kind,
  request: FastifyRequest,
  context: HookContext,
): Promise<void> => {
  if (verdict === 'valid') return;
  countHook(kind, 'unauthorized', context);
  throw await context.failed(request, new HttpRefusal('UNAUTHORIZED', wordsOf[verdict]));
};

const wordsOf: Readonly<Record<Exclude<SignatureVerdict, 'valid'>, string>> = {
  missing: 'The hook is not signed.',
  wrong: 'The signature of the hook is wrong.',
  stale: 'The hook was signed more than 5 minutes from the time that it is here.',
};

const refuseWhileStopping = (kind: Kind, context: HookContext): void => {
  if (!context.front.isStopping()) return;
  countHook(kind, 'stopping', context);
  throw stoppingRefusal();
};

const refused = async (kind: Kind, refusal: HttpRefusal, context: HookContext): Promise<HttpRefusal> => {
  countHook(kind, 'invalid', context);
  return refusal;
};

type HookResult = 'accepted' | 'ignored' | 'unauthorized' | 'invalid' | 'full' | 'stopping';

const countHook = (kind: Kind, result: HookResult, { metrics }: HookContext): void =>
  metrics.add('hooks_total', { kind, result });
