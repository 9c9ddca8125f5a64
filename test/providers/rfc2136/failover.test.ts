import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApi } from '../../../providers/rfc2136/api.ts';
import { settingsOf } from '../../../providers/rfc2136/settings.ts';
import { freePort } from '../../servers/index.ts';
import { type Listening, listen } from '../../servers/listen.ts';

// An update goes to the next of several primaries where the one before it cannot be reached, which may take as long as an
// answer would: whether it may still be sent is asked anew.

let received = 0;
let second: Listening;
beforeEach(async () => {
  received = 0;
  const server = createServer((socket) => {
    socket.on('data', ({ length }) => {
      received += length;
      socket.destroy();
    });
  });
  second = await listen(server);
});
afterEach(() => second.close());

/** Sends an update to a server that nobody runs, and then to the second; gives the error, and how often `before` was called. */
const update = async (mayGoOn: boolean) => {
  const settings = settingsOf({
    config: {
      host: '127.0.0.1',
      port: await freePort(),
      primaries: [`127.0.0.1:${second.port}`],
      tsig: { name: 'k' },
      timeout: '2s',
    },
    secrets: { 'tsig.secret': Buffer.from('a secret of tests').toString('base64') },
    folder: '.',
  });
  let calls = 0;
  const before = async (): Promise<void> => {
    calls += 1;
    if (calls > 1 && !mayGoOn) throw new Error('not any more');
  };
  const sent = openApi(settings, () => undefined).update(
    { zone: 'a.test.', prerequisites: [], steps: [] },
    { changes: 0, before },
  );
  return { error: await sent.catch((error: unknown) => error), calls };
};

describe('an update to the second primary', () => {
  it('is asked for again, and sent', async () => {
    expect(await update(true)).toMatchObject({ error: { code: 'WRITE_UNKNOWN' }, calls: 2 });
    expect(received).toBeGreaterThan(0);
  });

  it('is not sent where it must not be any more', async () => {
    expect(await update(false)).toMatchObject({ error: { message: 'not any more' }, calls: 2 });
    expect(received).toBe(0);
  });
});
