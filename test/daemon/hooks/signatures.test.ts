import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  gitSignature,
  hubSignature,
  netboxSignature,
  type SignatureVerdict,
  sameText,
} from '../../../src/daemon/hooks/signatures.ts';

const request = (body: string, headers: Readonly<Record<string, string | string[]>>) => ({
  body: Buffer.from(body),
  headers,
});

describe('signatures', () => {
  it("the example of GitHub's documentation is right", () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const sent = request('Hello, World!', { 'x-hub-signature-256': signature });
    expect(hubSignature(sent, "It's a Secret to Everybody")).toBe('valid');
    expect(gitSignature(sent, "It's a Secret to Everybody", 0)).toBe('valid');
    expect(hubSignature(request('Hello, World', sent.headers), "It's a Secret to Everybody")).toBe('wrong');
  });

  // https://github.com/standard-webhooks/standard-webhooks, the example of its specification.
  const standard = {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    body: '{"test": 2432232314}',
    at: 1_614_265_330_000,
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
  };
  const verdictOf = (headers: Readonly<Record<string, string>>, later = 0): SignatureVerdict =>
    gitSignature(request(standard.body, { ...standard.headers, ...headers }), standard.secret, standard.at + later);

  it('the example of Standard Webhooks is right, for five minutes each way', () => {
    expect(verdictOf({})).toBe('valid');
    expect([300_000, 300_001, -300_000, -300_001].map((later) => verdictOf({}, later))).toEqual([
      'valid',
      'stale',
      'valid',
      'stale',
    ]);
  });

  it('of several signatures one has to be right, and what is no v1 does not count', () => {
    const right = standard.headers['webhook-signature'];
    expect(verdictOf({ 'webhook-signature': `v1,AAAA ${right}` })).toBe('valid');
    expect(verdictOf({ 'webhook-signature': right.replace('v1,', 'v1a,') })).toBe('wrong');
    expect(verdictOf({ 'webhook-signature': '' })).toBe('wrong');
    expect(verdictOf({ 'webhook-signature': `${'v1,AAAA '.repeat(10)}${right}` })).toBe('wrong');
  });

  it('the id and the time are signed too', () => {
    expect(verdictOf({ 'webhook-id': 'msg_2' })).toBe('wrong');
    expect(verdictOf({ 'webhook-timestamp': '1614265331' })).toBe('wrong');
    expect(verdictOf({ 'webhook-timestamp': 'now' })).toBe('wrong');
  });

  it("NetBox's is SHA-512", () => {
    const of = (algorithm: string) => createHmac(algorithm, 's').update('{}').digest('hex');
    expect(netboxSignature(request('{}', { 'x-hook-signature': of('sha512') }), 's')).toBe('valid');
    expect(netboxSignature(request('{}', { 'x-hook-signature': of('sha256') }), 's')).toBe('wrong');
    expect(netboxSignature(request('{}', {}), 's')).toBe('missing');
  });

  it('hex may be in capitals, and nothing may stand around it', () => {
    const hex = createHmac('sha256', 's').update('{}').digest('hex');
    const verdict = (value: string) => hubSignature(request('{}', { 'x-hub-signature-256': value }), 's');
    expect(verdict(`sha256=${hex.toUpperCase()}`)).toBe('valid');
    expect([`${hex}`, `sha256=${hex}00`, `sha256=${hex} `, `sha256=${hex.slice(2)}`, 'sha256='].map(verdict)).toEqual(
      Array.from({ length: 5 }, () => 'wrong'),
    );
  });

  it("an empty secret is nobody's", () => {
    const hex = createHmac('sha256', '').update('{}').digest('hex');
    expect(hubSignature(request('{}', { 'x-hub-signature-256': `sha256=${hex}` }), '')).toBe('wrong');
    expect(gitSignature(request('{}', { 'x-gitlab-token': '' }), '', 0)).toBe('wrong');
  });

  it('a header that is there twice is not there', () => {
    expect(gitSignature(request('{}', { 'x-gitlab-token': ['s', 's'] }), 's', 0)).toBe('missing');
  });

  it('of several kinds one has to be right', () => {
    expect(gitSignature(request('{}', { 'x-gitlab-token': 's', 'x-gitea-signature': '00' }), 's', 0)).toBe('valid');
    expect(gitSignature(request('{}', { 'x-gitlab-token': 't', 'x-gitea-signature': '00' }), 's', 0)).toBe('wrong');
    expect(gitSignature(request('{}', {}), 's', 0)).toBe('missing');
  });

  it('texts of any lengths are compared', () => {
    expect([sameText('a', 'a'), sameText('a', 'ab'), sameText('', ''), sameText('ä', 'a')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
