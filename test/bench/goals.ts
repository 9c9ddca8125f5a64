import { type InventoryFigures, shown, summaryOf } from './inventory.ts';
import { type Rfc2136Figures, timesLess } from './rfc2136.ts';
import type { Operation, Row } from './scenario.ts';
import { ratio } from './table.ts';

/** A promise about the figures, and whether this run kept it. */
export interface Outcome {
  readonly goal: string;
  readonly met: boolean;
  readonly found: string;
}

/** Judges only what was measured. */
export const judge = (rows: readonly Row[]): readonly Outcome[] => {
  const cold = (zones: number, rrsets: number, operation: Operation): readonly Row[] =>
    rows.filter(
      ({ mode, operation: of, shape }) =>
        mode === 'cold' && of === operation && shape.zones === zones && shape.rrsets === rrsets,
    );
  return [
    ...atLeast(cold(1, 100_000, 'no-op plan'), 'cpu', 12, '100,000 RRsets, cold no-op plan: CPU'),
    ...atLeast(cold(1, 100_000, 'no-op plan'), 'peak', 2, '100,000 RRsets, cold no-op plan: peak memory'),
    ...atLeast(cold(1_000, 20, 'no-op plan'), 'cpu', 8, '1,000 zones of 20, cold no-op plan: CPU'),
    ...rows.filter(({ shape }) => shape.zones === 1).flatMap(writesOf),
  ];
};

const atLeast = (list: readonly Row[], figure: 'cpu' | 'peak', limit: number, what: string): readonly Outcome[] =>
  list.map((row) => least(ratio(row, figure), limit, what));

const least = (found: number, limit: number, what: string): Outcome => ({
  goal: `${what} at most 1/${limit} of octoDNS's`,
  met: found >= limit,
  found: `1/${found.toFixed(1)}`,
});

/** Judges BIND and Knot. */
export const judgeRfc2136 = ({ rows, running }: Rfc2136Figures): readonly Outcome[] => [
  ...rows
    .filter(({ mode, operation }) => mode === 'cold' && operation === 'no-op plan')
    .flatMap((row) => atLeast([row], 'cpu', 12, `${row.shape.label}, cold no-op plan: CPU`)),
  ...rows.flatMap(writesOf),
  ...rows
    .filter(({ mode, operation }) => mode === 'state' && operation === 'no-op plan')
    .map(({ pairs, shape }): Outcome => {
      const asked = pairs.map(({ hostmaster }) => hostmaster.requests.total);
      const goal = `${shape.label}, no-op plan with state: one question`;
      return { goal, met: asked.every((count) => count === 1), found: asked.join(', ') };
    }),
  ...running.flatMap((figure) => {
    const what = `${figure.server}, nothing changed, in a process that goes on running:`;
    return [
      { goal: `${what} one question`, met: figure.questions === 1, found: String(figure.questions) },
      least(timesLess(figure), 500, `${what} CPU`),
    ];
  }),
];

const stockLimit = 2 * 1024 * 1024;

const writesOf = ({ mode, operation, pairs, shape }: Row): readonly Outcome[] => {
  const label = `${shape.label} RRsets${mode === 'cold' ? '' : ', with state'}`;
  const writes = pairs.map(({ hostmaster }) => hostmaster.requests.writes);
  if (operation === 'apply of 10 changes') {
    const met = writes.every((count) => count === 1);
    return [{ goal: `${label}: an apply of 10 changes sends one write`, met, found: writes.join(', ') }];
  }
  if (operation === 'first apply') {
    const longest = Math.max(...pairs.map(({ hostmaster }) => hostmaster.requests.longest));
    const goal = `${label}: the first apply works with PowerDNS's stock body limit`;
    return [{ goal, met: longest <= stockLimit, found: `longest body ${longest} bytes` }];
  }
  return [];
};

/** A and AAAA share one; two PTR before and two after; five of labels, the TXT and the rack's. */
const namesOfOne = 12;

/** Composing takes less than a second, and the pass of one server looks at its names alone. */
export const judgeInventory = (figures: InventoryFigures): readonly Outcome[] => {
  const { compose, full, affected, names } = summaryOf(figures);
  return [
    { goal: '10,000 servers, composed: less than 1 s of CPU', met: compose < 1000, found: shown(compose) },
    {
      goal: `one server's change: its own names alone, ${namesOfOne} of them`,
      met: names === namesOfOne,
      found: `${names}`,
    },
    {
      goal: "one server's change: CPU at most 1/50 of a full pass's",
      met: affected * 50 <= full,
      found: `1/${(full / affected).toFixed(0)}`,
    },
  ];
};
