import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { openApi } from '../../../providers/rfc2136/api.ts';
import { factory } from '../../../providers/rfc2136/index.ts';
import { settingsOf } from '../../../providers/rfc2136/settings.ts';
import type { UpdateStep } from '../../../src/wire/update.ts';
import { listen } from '../../servers/listen.ts';

it('an update without an answer is given up when the provider says that it can take effect no longer', async () => {
  const silent = await listen(createServer());
  const config = { host: '127.0.0.1', port: silent.port, tsig: { name: 'k' }, timeout: '500ms' };
  const context = {
    config,
    secrets: { 'tsig.secret': Buffer.from('a secret of tests').toString('base64') },
    folder: '.',
    zones: ['a.test.'],
  };
  const provider = await factory.open(context);
  const steps = [...new Array(300).keys()].map(
    (i): UpdateStep => ({ kind: 'add', name: 'a.test.', type: 'A', ttl: 60, rdata: `192.0.${i >> 8}.${i & 255}` }),
  );
  const update = { zone: 'a.test.', prerequisites: [], steps };
  const sent = openApi(settingsOf(context), () => undefined).update(update, { changes: 1 });
  await expect(sent).rejects.toThrow(`not done within ${provider.writeTimeout?.(1)} ms`);
  await silent.close();
});
