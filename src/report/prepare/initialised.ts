import { count } from '../../model/phrases.ts';
import { makeReport, type Report } from '../report.ts';
import { shellWord } from '../words/shell.ts';

/** What `init` reports: what it wrote, and what to do with it. `config` is the file as an option names it. */
export const prepareInitialised = (folder: string, files: readonly string[], config: string): Report =>
  makeReport({
    kind: 'initialised',
    document: { folder, files },
    sections: [{ kind: 'lines', lines: welcome(folder, files, config).map((line) => [line]) }],
  });

const welcome = (folder: string, files: readonly string[], config: string): readonly string[] => {
  const option = config === 'hostmaster.yaml' ? '' : ` --config ${shellWord(config)}`;
  return [
    `Wrote ${count(files.length, 'file')} to ${folder}:`,
    ...files.map((file) => `  ${file}`),
    '',
    'Its target is a name server inside Hostmaster, so that it works as it is:',
    `  hostmaster plan${option}     what would change`,
    `  hostmaster apply${option}    change it, and prove it over DNS`,
    `  hostmaster serve${option}    keep the name server running`,
    'To bring in zones that you have: hostmaster dump --target NAME --out zones/',
  ];
};
