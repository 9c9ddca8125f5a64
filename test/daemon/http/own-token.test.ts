import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeOwnToken } from '../../../src/daemon/http/own-token.ts';
import { tempFolder } from '../../servers/index.ts';

describe('the token that a daemon makes for itself', () => {
  it('is new at each start, and only its user may read it', async () => {
    const file = join(tempFolder('own-token'), 'state.token');
    const [first, second] = [await makeOwnToken(file), await makeOwnToken(file)];
    expect(first.token).toMatch(/^[\w-]{43}$/);
    expect(second).toMatchObject({ scope: 'write', isMade: true });
    expect(second.token).not.toBe(first.token);
    expect(readFileSync(file, 'utf8')).toBe(`${second.token}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is not written to where a link of somebody else leads, or into a file that others may read', async () => {
    const folder = tempFolder('own-token');
    const [file, elsewhere] = [join(folder, 'state.token'), join(folder, 'elsewhere')];
    symlinkSync(elsewhere, file);
    await makeOwnToken(file);
    expect(existsSync(elsewhere)).toBe(false);
    const open = join(folder, 'open.token');
    writeFileSync(open, '', { mode: 0o644 });
    await makeOwnToken(open);
    expect(statSync(open).mode & 0o777).toBe(0o600);
  });

  it('what cannot be written is said, and nothing is left behind', async () => {
    const folder = tempFolder('own-token');
    const message = expect.stringContaining("the daemon's token cannot be written to");
    await expect(makeOwnToken(join(folder, 'none', 'token'))).rejects.toMatchObject({ code: 'CONFIG', message });
    expect(readdirSync(folder)).toEqual([]);
  });
});
