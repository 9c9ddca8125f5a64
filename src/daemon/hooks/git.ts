import { asRecord, isMapping } from '../../validation/index.ts';
import { parseJson } from './json.ts';
import { headerOf, type SignedRequest } from './signatures.ts';

/** What a hook of a Git server makes the daemon do. It never says what to apply. `why` is for people. */
export type GitHook =
  | { readonly kind: 'fetch' }
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'invalid'; readonly why: string };

/**
 * Reads a hook whose signature is right. GitHub, GitLab, Gitea and Forgejo name the ref that was pushed; a hook that names
 * neither a ref nor an event means that something was pushed.
 */
export const parseGitHook = (request: SignedRequest, ref: string): GitHook => {
  const parsed = parseJson(jsonIn(request));
  if (!parsed.ok) return { kind: 'invalid', why: parsed.why };
  if (!isMapping(parsed.value)) return { kind: 'invalid', why: 'The body is no mapping.' };
  const event = eventNames.map((name) => headerOf(request, name)).find((name) => name !== null);
  if (event !== undefined && !pushEvents.test(event)) return { kind: 'ignored', why: 'It is no push.' };
  const pushed = asRecord(parsed.value).ref;
  if (typeof pushed === 'string' && pushed !== ref) return { kind: 'ignored', why: 'It is about another ref.' };
  return { kind: 'fetch' };
};

const eventNames = ['x-github-event', 'x-gitea-event', 'x-forgejo-event', 'x-gitlab-event'];
/** `push` at GitHub and Gitea; `Push Hook`, `Tag Push Hook` and `System Hook` at GitLab. */
const pushEvents = /^(?:push|(?:tag )?push hook|system hook)$/i;

const formType = /^application\/x-www-form-urlencoded\b/i;

/** GitHub's default form: the JSON is a field of a form. */
const jsonIn = (request: SignedRequest): string => {
  const text = request.body.toString('utf8');
  if (!formType.test(headerOf(request, 'content-type') ?? '')) return text;
  return new URLSearchParams(text).get('payload') ?? '';
};
