import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { factory as powerdns } from '../../providers/powerdns/index.ts';
import { factory as rfc2136 } from '../../providers/rfc2136/index.ts';
import { route53 } from '../../providers/route53/index.ts';
import { inventorySources } from '../../src/inventory/index.ts';
import { load, loadDaemon, resolveDaemonSecrets, resolveSecrets } from '../../src/load/index.ts';
import { messageOf } from '../../src/model/errors.ts';
import { repository } from './load-repository.ts';

// A secret that somebody wrote in a place where it does not belong.

const secret = 'hunter2';
const providers = { powerdns, rfc2136, route53: route53() };

/** All that is said of such a hostmaster.yaml, by what loads it and by what opens its targets. */
const said = async (text: string): Promise<string> => {
  const folder = repository({ 'hostmaster.yaml': text, key: `${secret}\n` });
  const file = join(folder, 'hostmaster.yaml');
  try {
    const found = await load({ config: file, targetsFrom: file, providers, inventories: inventorySources });
    const opened = [...found.targets, ...found.roles.inventories].map(async (each) => {
      const { secrets } = await resolveSecrets(each, folder);
      const factory =
        'provider' in each ? Object.entries(providers).find(([name]) => name === each.provider) : undefined;
      await factory?.[1].open({ config: each.config, secrets, folder }).then((provider) => provider.close?.());
      return '';
    });
    const operators = await loadDaemon({ config: file, targetsFrom: file });
    opened.push(
      resolveDaemonSecrets(operators).then(() => operators.problems.map(({ message }) => message).join('\n')),
    );
    const failures = await Promise.all(opened.map((each) => each.catch(messageOf)));
    return [...found.problems.map(({ message }) => message), ...failures].join('\n');
  } catch (error) {
    return messageOf(error);
  }
};

const pdns = (keys: string): string =>
  `targets: { pdns: { provider: powerdns, url: "http://127.0.0.1:1", ${keys} } }\nzones: {}\n`;
const bind = (tsig: string): string =>
  `targets: { bind: { provider: rfc2136, host: 127.0.0.1, tsig: { name: k, ${tsig} } } }\nzones: {}\n`;
const lab = (keys: string): string => `targets: {}\nzones: {}\ninventory: { lab: { type: http, ${keys} } }\n`;

const top = 'targets: {}\nzones: {}\n';
const daemon = (keys: string): string => `daemon: { ${keys} }\n${top}`;

describe('a secret in the wrong place is not shown', () => {
  it.each([
    ['in env', pdns(`api_key: { env: ${secret} }`)],
    ['in env, with the variable', pdns(`api_key: { env: "PDNS_API_KEY=${secret}" }`)],
    ['in env, by an anchor', `x: &${secret} y\n${pdns(`api_key: { env: *${secret} }`)}`],
    ['as an alias', pdns(`api_key: *${secret}`)],
    ['as an alias in env', pdns(`api_key: { env: *${secret} }`)],
    ['as an anchor', pdns(`api_key: &${secret}`)],
    ['by an anchor and its alias', `x: &a ${secret}\n${pdns('api_key: *a')}`],
    ['by an anchor and its alias in env', `x: &a ${secret}\n${pdns('api_key: { env: *a }')}`],
    ['as a tag', pdns(`api_key: !${secret}`)],
    ['as a tag of a handle', pdns(`api_key: !x!${secret}`)],
    ['as a verbatim tag', pdns(`api_key: !<${secret}`)],
    ['after the sign of a block', `targets:\n  pdns:\n    provider: powerdns\n    api_key: |${secret}\nzones: {}\n`],
    [
      'after the sign of a folded block',
      `targets:\n  pdns:\n    provider: powerdns\n    api_key: >${secret}\nzones: {}\n`,
    ],
    ['with a sign that YAML keeps', pdns(`api_key: @${secret}`)],
    ['with a percent sign in front', pdns(`api_key: %${secret}`)],
    ['in quotes that do not end', pdns(`api_key: "${secret}`)],
    ['with an escape that is none', pdns(`api_key: "\\h${secret}"`)],
    ['after quotes', pdns(`api_key: "x" ${secret}`)],
    ['in a mapping that does not end', pdns(`api_key: { ${secret}`)],
    ['as it is', pdns(`api_key: ${secret}`)],
    ['in a list', pdns(`api_key: [${secret}]`)],
    ['as a key', pdns(`api_key: { ${secret} }`)],
    ['under another key', pdns(`api_key: { environment: ${secret} }`)],
    ['without a space before it', pdns(`api_key:${secret}`)],
    ['with an equals sign', pdns(`api_key=${secret}`)],
    ['in file', pdns(`api_key: { file: ${secret} }`)],
    ['in file, with a slash', pdns(`api_key: { file: "aGk/${secret}+x/Zz9" }`)],
    ['under a misspelt key', pdns(`apikey: ${secret}`)],
    ['in the url', pdns(`api_key: { file: key }`).replace('127.0.0.1:1', `u:${secret}@127.0.0.1:1`)],
    ['in the query of the url', pdns('api_key: { file: key }').replace(':1"', `:1/?key=${secret}"`)],
    ['as the secret of a TSIG key', bind(`secret: ${secret}`)],
    ['in env of a TSIG key', bind(`secret: { env: ${secret} }`)],
    ['in a file of a TSIG key that is not base64', bind('secret: { file: key }')],
    ['without a space in a TSIG key', bind(`secret:${secret}`)],
    ['as the algorithm of a TSIG key', bind(`secret: { file: key }, algorithm: ${secret}`)],
    ['as a long algorithm of a TSIG key', bind(`secret: { file: key }, algorithm: "${secret}${secret}${secret}"`)],
    ['in the name of a TSIG key', bind('secret: { file: key }').replace('name: k', `name: "hmac-sha256:k:${secret}"`)],
    ['as the token of an inventory', lab(`url: "http://127.0.0.1:1", token: ${secret}`)],
    ['in env of an inventory', lab(`url: "http://127.0.0.1:1", token: { env: ${secret} }`)],
    ['in the url of an inventory', lab(`url: "http://u:${secret}@127.0.0.1:1"`)],
    ['in an inventory without a space', lab(`url: "http://127.0.0.1:1", token:${secret}`)],
    ['in the address of a database', `state: "postgres://u:${secret}@db/dns"\ntargets: {}\nzones: {}\n`],
    ['in the url of the repository', `git: { url: "https://u:${secret}@127.0.0.1:1/a" }\n${top}`],
    ['in the scp form of a repository', `git: { url: "u:${secret}@127.0.0.1:a" }\n${top}`],
    ['as the token for the repository', `git: { url: "https://h/", token: ${secret} }\n${top}`],
    ['without a space in git', `git: { url: "https://h/", token:${secret} }\n${top}`],
    ['as the ssh key', `git: { url: "ssh://h/", ssh_key: ${secret}, known_hosts: { file: a } }\n${top}`],
    ['as the token of the daemon', daemon(`tokens: [{ name: a, token: ${secret}, scope: read }]`)],
    ['in env of the daemon', daemon(`tokens: [{ name: a, token: { env: ${secret} }, scope: read }]`)],
    ['in file of the daemon', daemon(`tokens: [{ name: a, token: { file: ${secret} }, scope: read }]`)],
    ['as a token of the daemon', daemon(`tokens: [${secret}]`)],
    ['as the name of a token', daemon(`tokens: [{ name: "${secret} a", token: { env: A }, scope: read }]`)],
    ['as all the tokens', daemon(`tokens: ${secret}`)],
    ['as the scope of a token', daemon(`tokens: [{ name: a, token: { env: A }, scope: ${secret} }]`)],
    ['as the secret of a hook', daemon(`hooks: { git: { secret: ${secret} } }`)],
    ['as a hook', daemon(`hooks: { git: ${secret} }`)],
    ['in env of a hook', daemon(`hooks: { git: { secret: { env: ${secret} } } }`)],
    ['in the url of the daemon', daemon(`url: "https://u:${secret}@h/"`)],
    ['where it listens', daemon(`listen: "${secret}@127.0.0.1:1"`)],
    ['in the url of a notification', daemon(`notify: [{ type: slack, url: "https://hooks/${secret}" }]`)],
    ['in a mail server', daemon(`notify: [{ type: mail, smtp: "smtp://u:${secret}@h", from: a, to: [b] }]`)],
    [
      'in an endpoint',
      `targets: { aws: { provider: route53, endpoint: "http://u:${secret}@127.0.0.1:1" } }\nzones: {}\n`,
    ],
  ])('%s', async (_, text) => {
    const message = await said(text);
    expect(message.toLowerCase()).not.toContain(secret);
  });

  it('and the place of it is', async () => {
    expect(await said(pdns(`api_key: { env: ${secret} }`))).toContain('hostmaster.yaml:1: target pdns: api_key');
    expect(await said(pdns(`api_key: *${secret}`))).toMatch(/hostmaster\.yaml:1:\d+: an alias here/);
    expect(await said(pdns('api_key: { env: NOT_SET_ANYWHERE }'))).toContain('NOT_SET_ANYWHERE');
  });
});

it('no line of the file of a secret is shown, whatever else names it', async () => {
  const folder = repository({
    'hostmaster.yaml': `${pdns('api_key: { file: keys/api }').replace('zones: {}', 'zones: { example.com: { targets: [pdns], static: keys/api } }')}`,
    'keys/api': `${secret} IN ${secret}\n`,
  });
  const file = join(folder, 'hostmaster.yaml');
  const found = await load({ config: file, targetsFrom: file, providers, inventories: inventorySources });
  const messages = found.problems.map(({ message }) => message).join('\n');
  expect(messages).toContain('names it as the file of a secret');
  expect(messages).not.toContain(secret);
});
