import { describe, expect, it } from 'vitest';
import { parseGitHook } from '../../../src/daemon/hooks/git.ts';

const parsed = (body: string, headers: Readonly<Record<string, string>> = {}, ref = 'refs/heads/main') =>
  parseGitHook({ body: Buffer.from(body), headers }, ref).kind;

describe('hooks of Git servers', () => {
  it.each([
    ['x-github-event', 'push'],
    ['x-gitea-event', 'push'],
    ['x-forgejo-event', 'push'],
    ['x-gitlab-event', 'Push Hook'],
    ['x-gitlab-event', 'Tag Push Hook'],
    ['x-gitlab-event', 'System Hook'],
  ])('%s: %s of our ref is a push', (header, event) => {
    expect(parsed('{"ref":"refs/heads/main"}', { [header]: event })).toBe('fetch');
    expect(parsed('{"ref":"refs/heads/other"}', { [header]: event })).toBe('ignored');
  });

  it.each([
    ['x-github-event', 'ping'],
    ['x-github-event', 'pull_request'],
    ['x-gitlab-event', 'Merge Request Hook'],
  ])('%s: %s is none', (header, event) => {
    expect(parsed('{"ref":"refs/heads/main"}', { [header]: event })).toBe('ignored');
  });

  it('a branch and a tag of the same name are two refs', () => {
    expect(parsed('{"ref":"refs/tags/main"}')).toBe('ignored');
    expect(parsed('{"ref":"refs/tags/v1"}', {}, 'refs/tags/v1')).toBe('fetch');
    expect(parsed('{"ref":"main"}')).toBe('ignored');
  });

  it('one that somebody made by hand needs to say nothing', () => {
    expect(parsed('{}')).toBe('fetch');
    expect(parsed('{"ref":null}')).toBe('fetch');
  });

  it("GitHub's form has the JSON in it", () => {
    const form = `payload=${encodeURIComponent('{"ref":"refs/heads/main"}')}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-github-event': 'push' };
    expect(parsed(form, headers)).toBe('fetch');
    expect(parsed('other=1', headers)).toBe('invalid');
  });

  it.each(['', '{', '[]', 'null', '"refs/heads/main"'])('%s is no hook', (body) => {
    expect(parsed(body)).toBe('invalid');
  });
});
