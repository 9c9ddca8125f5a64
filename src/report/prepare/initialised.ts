import { count } from '../../model/phrases.ts';
import { makeReport, type Report } from '../report.ts';
import { shellWord } from '../words/shell.ts';

/**
 * What `init` reports: what it wrote, and what to do with it. `config` is hostmaster.yaml as an option names it, `operators`
 * the operator's own file. Default is null: none was written.
 */
export const prepareInitialised = (
  folder: string,
  files: readonly string[],
  config: string,
  operators: string | null = null,
): Report =>
  makeReport({
    kind: 'initialised',
    document: { folder, files },
    sections: [{ kind: 'lines', lines: welcome(folder, files, config, operators).map((line) => [line]) }],
  });

const welcome = (
  folder: string,
  files: readonly string[],
  config: string,
  operators: string | null,
): readonly string[] => {
  const option = config === 'hostmaster.yaml' ? '' : ` --config ${shellWord(config)}`;
  return [
    `Wrote ${count(files.length, 'file')} to ${folder}:`,
    ...files.map((file) => `  ${file}`),
    '',
    'Its target is a name server inside Hostmaster, so that it works as it is:',
    `  hostmaster plan${option}     what would change`,
    `  hostmaster apply${option}    change it, and prove it over DNS`,
    `  hostmaster serve${option}    keep the name server running`,
    ...(operators === null ? [] : daemonLines(option, operators)),
    'To bring in zones that you have: hostmaster dump --target NAME --out zones/',
  ];
};

const daemonLines = (option: string, operators: string): readonly string[] => [
  `or have the daemon keep it so. ${operators} is the operator's own, and no part of the repository:`,
  `  hostmaster daemon${option} --targets-from ${shellWord(operators)}`,
];
