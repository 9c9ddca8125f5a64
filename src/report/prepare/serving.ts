import { makeReport, type Report } from '../report.ts';

export interface ServingNow {
  readonly target: string;
  readonly address: string;
  readonly port: number;
}

/** What `serve` reports once its name servers answer. */
export const prepareServing = (serving: readonly ServingNow[]): Report =>
  makeReport({
    kind: 'serving',
    document: { serving },
    sections: [
      {
        kind: 'lines',
        lines: serving.map(({ target, address, port }) => [
          `${target} answers at ${address} port ${port} (UDP and TCP); Ctrl-C stops it`,
        ]),
      },
    ],
  });
