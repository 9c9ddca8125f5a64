import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment } from '../command.ts';
import { tempFolder } from '../servers/index.ts';
import { type Block, isCommand, root } from './documents.ts';

// Does what a document says, in its order, in one shell: types its commands and writes its files.

export interface Setting {
  /** Where the reader begins. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** What stands in the document, and what it is on this machine: ports. */
  readonly instead: Readonly<Record<string, string>>;
  /** Programs that find their server only if they are told where it is: what to run in their place. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** What came of a block of commands. */
export interface Typed {
  readonly command: string;
  /** The exit code of what failed in it, or 0. */
  readonly code: number;
  /** What the screen shows. */
  readonly output: string;
  /** What the document says that it shows; null: it does not say. */
  readonly expected: string | null;
  readonly exits: number;
}

/** Types everything, and gives what came of each block of commands that is to be run. */
export const typeAll = async (blocks: readonly Block[], setting: Setting): Promise<readonly Typed[]> => {
  const results = tempFolder('typed');
  const own = blocks.map((block) => ({ ...block, text: replaced(block.text, setting.instead) }));
  const steps = own.map((block, i) => stepOf(block, join(results, String(i))));
  const script = join(results, 'script');
  writeFileSync(script, ["trap 'failed=$?' ERR", ...steps, ''].join('\n'));
  await runShell(script, setting);
  return own.flatMap((block, i) => {
    if (!isRun(block)) return [];
    const read = (kind: string) => {
      const file = join(results, `${i}.${kind}`);
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    };
    const next = own[i + 1];
    return {
      command: block.text,
      code: Number(read('code') || Number.NaN),
      output: read('out'),
      expected: next?.language === 'text' ? next.text : null,
      exits: block.exits,
    };
  });
};

/** The document with what was really shown in the place of what it says. */
export const withShown = (document: string, typed: readonly Typed[], { instead }: Setting): string => {
  const asWritten = Object.fromEntries(Object.entries(instead).map(([from, to]) => [to, from]));
  const blockOf = (text: string) => `\`\`\`text\n${replaced(text, asWritten)}\`\`\``;
  return typed.reduce((text, { expected, output }) => {
    if (expected === null || expected === output) return text;
    return text.replace(blockOf(expected), () => blockOf(output));
  }, document);
};

const isRun = (block: Block): boolean => isCommand(block) && block.notRun === null;

const replaced = (text: string, instead: Setting['instead']): string =>
  Object.entries(instead).reduce((done, [from, to]) => done.replaceAll(from, to), text);

const stepOf = (block: Block, results: string): string => {
  if (isRun(block)) return `failed=0\n{\n${block.text}} > ${results}.out 2>&1\necho "$failed" > ${results}.code`;
  const [, file] = /^[#;] (\S+\.(?:yaml|conf|zone))\n/.exec(block.text) ?? [];
  if (file === undefined) return '';
  return `mkdir -p "$(dirname ${file})"\ncat > ${file} <<'END OF FILE'\n${block.text}END OF FILE`;
};

/** What the script starts in the background ends with it, even if this process is killed. */
const runShell = (script: string, { folder, env, programs = {} }: Setting): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('setpriv', ['--pdeathsig=KILL', 'bash', script], {
      cwd: folder,
      env: cleanEnvironment({ NO_COLOR: '1', ...env, PATH: `${folderOf(programs)}:${process.env.PATH}` }),
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    child.once('error', reject);
    child.once('close', () => {
      killGroup(child.pid);
      resolve();
    });
  });

const killGroup = (pid: number | undefined): void => {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it runs any more.
  }
};

/** A folder for the PATH: `hostmaster` as if it were installed, and a pdns_server that ends with its shell. */
const folderOf = (programs: Readonly<Record<string, string>>): string => {
  const folder = tempFolder('programs');
  const program = (name: string, line: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\nexec ${line} "$@"\n`);
    chmodSync(join(folder, name), 0o755);
  };
  for (const [name, line] of Object.entries(programs)) program(name, line);
  program('hostmaster', `${process.execPath} ${join(root, 'bin/hostmaster.ts')}`);
  program('pdns_server', 'setpriv --pdeathsig=KILL /usr/sbin/pdns_server');
  return folder;
};
