import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DaemonStatus } from '../../src/daemon/answers.ts';
import { type Ended, type Started, start } from '../command.ts';
import { tempFolder } from '../servers/index.ts';
import { type DnsAddress, freePort } from '../servers/ports.ts';

// The real daemon in a process of its own, over its HTTP interface.

export interface RunningDaemon {
  readonly url: string;
  /** With the token of scope write that the daemon made. */
  get(path: string): Promise<unknown>;
  text(path: string): Promise<string>;
  post(path: string, body: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  status(): Promise<DaemonStatus>;
  /** Waits until the status is as asked, and gives it; fails with what it was last. */
  until(is: (status: DaemonStatus) => boolean, what: string): Promise<DaemonStatus>;
  log(): string;
  end(signal?: NodeJS.Signals): Promise<Ended>;
  readonly started: Started;
}

const patience = 120_000;

/** `folder` has the state; `args` are the command's. Resolves once it listens. */
export const startDaemon = async (
  folder: string,
  args: readonly string[],
  {
    env = {},
    state = '.hostmaster/state.sqlite',
  }: { readonly env?: Readonly<Record<string, string>>; readonly state?: string } = {},
): Promise<RunningDaemon> => {
  let log = '';
  const started = start(['daemon', ...args], {
    cwd: folder,
    env,
    patience: 600_000,
    onError: (text) => {
      log += text;
    },
  });
  const listening = /it listens at (http:\/\/[^\s"]+)/;
  const ended = started.ended.then(({ code }) => {
    throw new Error(`the daemon ended with ${code}:\n${log}`);
  });
  const listens = async (): Promise<string> => {
    for (let waited = 0; waited < patience; waited += 20) {
      const found = listening.exec(log)?.[1];
      if (found !== undefined) return found;
      await pause(20);
    }
    throw new Error(`the daemon does not listen:\n${log}`);
  };
  const url = await Promise.race([listens(), ended]);
  ended.catch(() => undefined);
  const token = readFileSync(join(folder, `${state}.token`), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}` };
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`, { headers })).json();
  const status = async (): Promise<DaemonStatus> => (await get('/api/v1/status')) as DaemonStatus;
  return {
    url,
    get,
    text: async (path) => (await fetch(`${url}${path}`, { headers })).text(),
    status,
    post: async (path, body) => {
      const answer = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: await answer.json().catch(() => null) };
    },
    until: async (is, what) => {
      for (let waited = 0; ; waited += 50) {
        const now = await status();
        if (is(now)) return now;
        if (waited > patience) throw new Error(`never ${what}: ${JSON.stringify(now, null, 1)}\n${log}`);
        await pause(50);
      }
    },
    log: () => log,
    end: (signal = 'SIGTERM') => started.end(signal),
    started,
  };
};

export interface DaemonFolder {
  readonly folder: string;
  readonly dns: DnsAddress;
  write(path: string, text: string): void;
}

/** A repository on the embedded name server, for a daemon that watches the folder itself. */
export const daemonFolder = async (more: Readonly<Record<string, unknown>> = {}): Promise<DaemonFolder> => {
  const folder = tempFolder('daemon');
  const port = await freePort();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write(
    'hostmaster.yaml',
    JSON.stringify({
      targets: {
        local: {
          provider: 'embedded',
          listen: `127.0.0.1:${port}`,
          file: '.hostmaster/embedded.sqlite',
          verify_wait: '20s',
        },
      },
      zones: { 'example.com': { targets: ['local'], create: true } },
      daemon: { listen: '127.0.0.1:0' },
      ...more,
    }),
  );
  return { folder, dns: { address: '127.0.0.1', port }, write };
};

/** A zone file with one address. */
export const zoneWith = (address: string): string =>
  `'': {type: NS, ttl: 300, values: [ns1.example.net., ns2.example.net.]}\nwww: {type: A, ttl: 60, value: ${address}}\n`;
