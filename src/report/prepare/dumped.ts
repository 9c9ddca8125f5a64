import { count } from '../../model/phrases.ts';
import { makeReport, type Report } from '../report.ts';
import { rrsetsOfFile, type ZoneFileForm, type ZoneInFile, zoneFile } from '../zonefile.ts';

/** What `dump` reports where one zone goes to stdout: the zone file, or in JSON the RRsets. */
export const prepareDumped = (dumped: ZoneInFile, form: ZoneFileForm): Report =>
  makeReport({
    kind: 'dumped',
    document: dumped,
    sections: [{ kind: 'file', content: [...zoneFile(dumped, form)].join('') }],
  });

export interface WrittenZone {
  readonly file: string;
  readonly zone: ZoneInFile;
}

/** What `dump --out` reports: each file, and how much is in it. */
export const prepareWritten = (written: readonly WrittenZone[], form: ZoneFileForm): Report =>
  makeReport({
    kind: 'written',
    document: { files: written.map(({ file }) => file) },
    sections: [
      {
        kind: 'lines',
        lines: written.map(({ file, zone }) => [`${file}: ${count(rrsetsOfFile(zone, form).length, 'RRset')}`]),
      },
    ],
  });
