import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { listen } from '../../servers/listen.ts';
import { errorOf } from '../powerdns/harness.ts';
import { openAt } from './fake.ts';

it.each([
  ['does not come', false],
  ['begins and does not end', true],
])('an answer that %s is waited for no longer than the timeout', async (_, begins) => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    if (begins) response.writeHead(200, { 'content-type': 'text/xml', 'content-length': '1000' }).write('<a>');
  });
  const { port, close } = await listen(server);
  try {
    const provider = await openAt({ url: `http://127.0.0.1:${port}` }, { timeout: '100ms' });
    const error = await errorOf(provider.listZones());
    expect(error).toMatchObject({ code: 'TARGET_UNREACHABLE' });
    expect(error.message).toContain('no answer in time (timeout 0.1 s), 4 times');
    expect(asked).toBe(4);
    await provider.close?.();
  } finally {
    await close();
  }
});
