import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { factory } from '../../../providers/embedded/index.ts';
import { tempFolder } from '../../servers/child.ts';
import { dig } from '../../servers/dig.ts';
import { putRecords, startEmbedded, zoneOf } from './zone.ts';

const zone = 'example.com.';

it('a damaged zones file: SERVFAIL to who asks, one clear line to who writes', async () => {
  const embedded = await startEmbedded();
  await putRecords(embedded.provider, zone, [['www', 60, 'A', '192.0.2.1']]);
  const database = new DatabaseSync(`${embedded.folder}/zones.sqlite`);
  database.exec('ALTER TABLE rrsets RENAME TO gone');
  expect((await dig(embedded.serving, `www.${zone}`, 'A')).rcode).toBe('SERVFAIL');
  await expect(embedded.provider.read(zoneOf(zone))).rejects.toMatchObject({
    code: 'TARGET_UNREACHABLE',
    message: expect.stringMatching(/^the zones file .*zones\.sqlite: no such table: rrsets; nothing was written$/),
  });
  database.exec('ALTER TABLE gone RENAME TO rrsets');
  database.close();
  expect((await dig(embedded.serving, `www.${zone}`, 'A')).rcode).toBe('NOERROR');
  await embedded.stop();
});

it('a file of another version, or of another program, is not touched', async () => {
  const embedded = await startEmbedded();
  const open = (file: string) => factory.open({ config: { file }, secrets: {}, folder: embedded.folder });
  const other = new DatabaseSync(`${embedded.folder}/other.sqlite`);
  other.exec('PRAGMA user_version = 7');
  other.close();
  await expect(open('other.sqlite')).rejects.toMatchObject({
    code: 'CONFIG',
    message: expect.stringContaining('written by another version of Hostmaster (7, not 1)'),
  });

  writeFileSync(`${embedded.folder}/text.sqlite`, 'not a database, '.repeat(100));
  await expect(open('text.sqlite')).rejects.toMatchObject({
    code: 'CONFIG',
    message: expect.stringContaining('cannot be opened: file is not a database'),
  });
  await embedded.stop();
});

it.each(['/proc/nope/x', 'text/x/zones.sqlite'])(
  'a folder that cannot be made is an error, not a wait: %s',
  async (file) => {
    const folder = tempFolder('zones');
    writeFileSync(`${folder}/text`, '');
    await expect(factory.open({ config: { file }, secrets: {}, folder })).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringMatching(/^the zones file .* cannot be opened: E(NOENT|NOTDIR)/),
    });
  },
);
