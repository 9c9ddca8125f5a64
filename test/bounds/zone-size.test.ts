import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readMaster } from '../../src/load/master/read-master.ts';
import { sizeLimits } from '../../src/load/size-limits.ts';
import { readZoneYaml } from '../../src/load/zone-yaml/read-zone-yaml.ts';
import { repository, shown } from '../load/load-repository.ts';

// What a zone may have at the most, whatever files it is in, and what is said where it has more.

interface Loaded {
  readonly megabytes: number;
  readonly problems: readonly string[];
  readonly complete: readonly boolean[];
  readonly records: number;
}

const config = 'targets: {}\nzones: {example.com: {targets: []}}\n';
const child = join(import.meta.dirname, 'load-child.ts');

/** Loads in a process of its own, whose memory is measured. */
const loaded = async (files: Readonly<Record<string, string>>, write?: (folder: string) => void): Promise<Loaded> => {
  const folder = repository({ 'hostmaster.yaml': config, ...files });
  write?.(folder);
  const { stdout } = await promisify(execFile)(process.execPath, [child, join(folder, 'hostmaster.yaml')]);
  const all: Loaded = JSON.parse(stdout);
  return { ...all, problems: all.problems.filter((problem) => !problem.startsWith('hostmaster.yaml')) };
};

/** A large file, in pieces: the test itself needs no memory for it. */
const fill = (folder: string, file: string, pieces: Iterable<string>): void => {
  const at = openSync(join(folder, file), 'w');
  for (const piece of pieces) writeSync(at, piece);
  closeSync(at);
};

function* times(count: number, piece: (i: number) => string): Generator<string> {
  for (let i = 0; i < count; i += 1) yield piece(i);
}

describe('a zone', () => {
  it('has a million records and no more, in whatever form and number of files', async () => {
    const counted = { records: sizeLimits.zoneRecords - 2 };
    const context = { zone: 'example.com.', ttl: 60, allowLua: false };
    const message = 'example.com. has over 1,000,000 records; nothing of it is used until it has fewer';
    const text = 'a A 192.0.2.1\nb A 192.0.2.1\n$INCLUDE more\nd A 192.0.2.1\n$INCLUDE more\n';
    const master = await readMaster('z.zone', text, { ...context, counted }, async (file) => ({
      file,
      text: { status: 'read', text: '; the one too many\nc A 192.0.2.1\n' },
    }));
    expect(master.problems.map(shown)).toEqual([`more:2:5 error file-unusable: ${message}`]);
    expect(master).toMatchObject({ rrsets: [], complete: false });
    const generated = await readMaster(
      'z.zone',
      '$GENERATE 1-100000 h$ A 192.0.2.1\n',
      { ...context, counted: { records: sizeLimits.zoneRecords - 2 } },
      async (file) => ({ file, text: { status: 'missing' } }),
    );
    expect(generated.problems.map(shown)).toEqual([`z.zone:1:1 error file-unusable: ${message}`]);
    const yaml = readZoneYaml(
      'z.yaml',
      'a: {type: A, value: 192.0.2.1}\nb:\n- {type: A, values: &v [192.0.2.1, 192.0.2.2]}\n- {type: TXT, values: *v}\n',
      {
        ...context,
        counted: { records: sizeLimits.zoneRecords - 3 },
      },
    );
    expect(yaml.problems.map(shown)).toEqual([`z.yaml:2:1 error file-unusable: ${message}`]);
    expect(yaml).toMatchObject({ rrsets: [], complete: false });
  });
});

describe('the files of a zone', () => {
  const record = `${'x'.repeat(200)}`;
  const include = Array.from({ length: 2_000 }, (_, i) => `t${i} 60 IN TXT "${record}"\n`).join('');

  it('are not read on once they are too much together, and that is said at the $INCLUDE', async () => {
    const { complete, megabytes, problems } = await loaded({
      'zones/example.com.zone': Array.from({ length: 900 }, (_, i) => `$INCLUDE ../more.inc s${i}\n`).join(''),
      'more.inc': include,
    });
    const [first = '', ...others] = problems;
    expect(others).toEqual([]);
    expect(first).toMatch(
      /^zones\/example\.com\.zone:\d+:10 include: \$INCLUDE "\.\.\/more\.inc": the files of example\.com\. have over 67,108,864 characters together/,
    );
    expect(complete).toEqual([false]);
    expect(megabytes).toBeLessThan(450);
  });

  it('may include one another in a diamond, and not in a circle', async () => {
    const { problems, records } = await loaded({
      'zones/example.com.zone': '$INCLUDE ../a.inc a\n$INCLUDE ../b.inc b\n$INCLUDE ../circle.inc\n',
      'a.inc': '$INCLUDE d.inc\n',
      'b.inc': '$INCLUDE d.inc\n',
      'd.inc': 'www 60 IN A 192.0.2.1\n',
      'circle.inc': '$INCLUDE circle.inc\n',
    });
    expect(problems.map((problem) => problem.replace(/^.*(circle.inc:\d)/, '$1'))).toEqual([
      'circle.inc:1:10 include: $INCLUDE "circle.inc": this file is already being read; remove the loop of $INCLUDE lines',
    ]);
    expect(records).toBe(0);
  });

  it('in a folder count together', async () => {
    const many = { 'zones/example.com./0.yaml': 'a: {type: A, value: 192.0.2.1}\n' };
    const { complete, problems } = await loaded(many, (folder) => {
      for (const file of ['1', '2', '3']) {
        const line = (i: number): string => `t${file}-${i}: {type: TXT, value: ${'x'.repeat(60_000)}}\n`;
        fill(folder, `zones/example.com./${file}.yaml`, times(400, line));
      }
    });
    expect(problems).toEqual([
      expect.stringMatching(
        /^zones\/example\.com\.\/3\.yaml:1:1 file-unusable: .* have over 67,108,864 characters together/,
      ),
    ]);
    expect(complete).toEqual([false]);
  });
});

describe('megabytes of what is no record', () => {
  it.each<readonly [string, string, string, string, number]>([
    ['words in a parenthesis', 'zone', 'a TXT (', ' x', 40],
    ['strings in a parenthesis', 'zone', 'a TXT (', ' "x"\n', 8],
    ['words in one line', 'zone', 'a TXT ', ' x', 8],
    ['one word', 'zone', 'a TXT ', 'xxxxxxxx', 8],
    ['one string', 'zone', 'a TXT "', '\\"xxxxxx', 8],
    ['parentheses', 'zone', 'a TXT ', '((((((((', 8],
    ['one name', 'zone', '', 'a.aaaaaa', 8],
    ['a list of one name', 'yaml', 'a: [', '[], ', 8],
    ['a mapping of one name', 'yaml', 'a: {type: A, ', 'x: y, ', 8],
    ['brackets', 'yaml', '', '[[[[[[[[', 8],
    ['a key', 'yaml', '', 'aaaaaaaa', 8],
    ['a quoted value', 'yaml', 'a: "', 'aaaa aaa', 8],
    ['documents', 'yaml', '', '---\n', 8],
  ])('%s: a problem with its line, and no memory to speak of', async (_what, form, head, piece, megabytesOfText) => {
    const { megabytes, problems } = await loaded({ [`zones/example.com.${form}`]: '' }, (folder) => {
      fill(folder, `zones/example.com.${form}`, [
        head,
        ...times(megabytesOfText, () => piece.repeat(1_000_000 / piece.length)),
      ]);
    });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThan(3);
    expect(problems[0]).toMatch(/^zones\/example\.com\.\w+:\d+:\d+ /);
    expect(problems.join().length).toBeLessThan(1_000);
    expect(megabytes).toBeLessThan(350);
  });
});
