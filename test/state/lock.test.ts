import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { lockState } from '../../src/state/index.ts';
import { tempFolder } from '../servers/index.ts';

// Only one daemon has a state: another process finds the lock taken, and free once its holder is gone.

const folder = tempFolder('lock');
const file = join(folder, 'state.sqlite');
const program = join(folder, 'holder.ts');
const source = pathToFileURL(join(import.meta.dirname, '../../src/state/index.ts'));
writeFileSync(
  program,
  `import { lockState } from ${JSON.stringify(source.href)};
   lockState(${JSON.stringify(file)});
   process.send('held');
   process.on('message', () => process.exit(0));`,
);
const children: ReturnType<typeof fork>[] = [];
const holder = async () => {
  const child = fork(program);
  children.push(child);
  await once(child, 'message');
  return child;
};
const refusal = () => {
  try {
    lockState(file).release();
    return null;
  } catch (error) {
    return error;
  }
};

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

describe('the lock of the state', () => {
  it('keeps a second process out, which is told who has it', async () => {
    const child = await holder();
    expect(refusal()).toMatchObject({
      code: 'STATE_UNAVAILABLE',
      message: expect.stringMatching(`another daemon has this state: process ${child.pid} on `),
    });
    child.send('end');
    await once(child, 'exit');
    expect(refusal()).toBeNull();
  });

  it('is gone with a process that was killed', async () => {
    const child = await holder();
    expect(refusal()).not.toBeNull();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(refusal()).toBeNull();
  });

  it('is refused where the file is something else', () => {
    writeFileSync(join(folder, 'other.lock'), 'not a database');
    expect(() => lockState(join(folder, 'other'))).toThrow(/other\.lock/);
  });
});
