import { HostmasterError } from '../../model/errors.ts';

/** One thing that keeps a plan from being applied; `at` says where: a path in its JSON, or a line of its text. */
export interface PlanFault {
  readonly at: string;
  readonly message: string;
}

export type ReportFault = (at: string, message: string) => void;

/** What was found: the first ones, and how many there are. */
export interface PlanFaults {
  readonly first: readonly PlanFault[];
  readonly count: number;
}

/** How many are told one by one: whoever made the file makes it again, and does not mend it. */
const mostTold = 20;

export interface FaultCollector {
  readonly report: ReportFault;
  readonly found: () => PlanFaults;
}

export const faultCollector = (): FaultCollector => {
  const first: PlanFault[] = [];
  let count = 0;
  return {
    report: (at, message) => {
      count += 1;
      if (first.length < mostTold) first.push({ at, message });
    },
    found: () => ({ first, count }),
  };
};

/** Throws PLAN_FILE with all that was found, if anything was. `plan` is how the plan is called, `remedy` what makes it anew. */
export const refuseFaults = ({ first, count }: PlanFaults, plan: string, remedy: string): void => {
  if (count === 0) return;
  const more = count > first.length ? [`and ${count - first.length} more`] : [];
  const all = [...first.map(({ at, message }) => `${oneLine(at)}: ${oneLine(message)}`), ...more].join('; ');
  throw new HostmasterError('PLAN_FILE', `${plan} cannot be applied, and nothing was written: ${all}; ${remedy}`);
};

const longest = 300;

/** Keys and values of the file stand in it: they stay on the line. */
const oneLine = (text: string): string => {
  const line = text.replace(/[^\x20-\x7e\u00a0-\u1fff\u2070-\ud7ff]+/g, ' ');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
};
