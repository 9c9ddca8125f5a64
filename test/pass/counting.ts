import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { factory as embedded } from '../../providers/embedded/index.ts';
import type { Provider, ProviderContext, ProviderFactory, Serving } from '../../src/provider.ts';
import type { StoreOpener } from '../../src/run.ts';
import { openStore } from '../../src/state/index.ts';
import type { RunContext } from '../../src/target.ts';
import { tempFolder } from '../servers/child.ts';

// A world that counts what is open, and in which the nth call to the outside throws.

export interface CountingWorld {
  readonly config: string;
  readonly folder: string;
  readonly context: RunContext;
  readonly openStore: StoreOpener;
  /** What was opened and not closed: states, providers, name servers. */
  readonly stillOpen: () => readonly string[];
  /** Was the nth call reached? */
  readonly hasThrown: () => boolean;
}

export const countingWorld = (throwAt: number, signal?: AbortSignal): CountingWorld => {
  const folder = repository();
  const open: string[] = [];
  let calls = 0;
  const called = (): void => {
    calls += 1;
    if (calls === throwAt) throw new Error(`call ${calls} fails`);
  };
  const opened = (what: string): (() => void) => {
    open.push(what);
    return () => void open.splice(open.indexOf(what), 1);
  };
  const context: RunContext = {
    registry: { counted: { ...embedded, name: 'counted', ...opening(called, opened) } },
    ask: async () => {
      called();
      return { status: 'no_answer', reason: 'nobody asks here' };
    },
    clock: {
      now: () => {
        called();
        return Date.now();
      },
    },
    sleep: async () => undefined,
    ...(signal === undefined ? {} : { signal }),
  };
  return {
    config: join(folder, 'hostmaster.yaml'),
    folder,
    context,
    openStore: async (file) => {
      called();
      return calling(await openStore(file), 'close', called, opened('state'));
    },
    stillOpen: () => open,
    hasThrown: () => calls >= throwAt,
  };
};

const opening = (called: () => void, opened: (what: string) => () => void) => ({
  open: async (context: ProviderContext): Promise<Provider> => {
    called();
    return calling(await embedded.open(context), 'close', called, opened('provider'));
  },
  serve: serving(embedded.serve, called, opened),
  ensureServing: serving(embedded.ensureServing, called, opened),
});

const serving =
  (serve: ProviderFactory['serve'], called: () => void, opened: (what: string) => () => void) =>
  async (context: ProviderContext): Promise<Serving> => {
    called();
    const server = await serve?.(context);
    if (server === undefined) throw new Error('the embedded provider serves');
    return calling(server, 'stop', called, opened('name server'));
  };

/** The same object, of which each method is a call; `last` is the one that closes it, and always works. */
const calling = <T extends object>(own: T, last: string, called: () => void, closed: () => void): T =>
  new Proxy(own, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]) => {
        if (key === last) closed();
        else called();
        return Reflect.apply(member, target, args);
      };
    },
  });

const target = 'provider: counted, listen: "127.0.0.1:0", verify_wait: 1ms';

const files: Readonly<Record<string, string>> = {
  'hostmaster.yaml': `targets:
  one: { ${target}, file: one.sqlite }
zones:
  example.com: { targets: [one], create: true }
  2.0.192.in-addr.arpa: { targets: [one], static: none, create: { ns: [ns1.example.com.] } }
  lab.internal: { targets: [one], static: none, create: { ns: [ns1.example.com.] } }
inventory:
  lab: { type: file, path: servers.yaml }
registration: { zone: lab.internal }
`,
  'servers.yaml': 'servers:\n  - { name: web1, ip: 192.0.2.10, labels: [] }\n',
  'zones/example.com.yaml': `'': { type: NS, value: ns1.example.com. }
ns1: { type: A, value: 192.0.2.53 }
www: { type: A, value: 192.0.2.1 }
`,
};

const repository = (): string => {
  const folder = tempFolder('counting');
  mkdirSync(join(folder, 'zones'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};
