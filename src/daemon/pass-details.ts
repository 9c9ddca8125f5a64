import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { Plan } from '../model/plan.ts';
import { countWithheld } from '../model/plan.ts';
import type { DaemonPass } from './answers.ts';

// What is kept of a pass besides its summary, as one text: compressed JSON.

export type PassDetails = Pick<DaemonPass, 'plan' | 'results' | 'verify'>;

/** Of one pass, compressed; bytes. */
const mostBytes = 1024 * 1024;
/** A plan of more changes is not even tried: to make a text of it takes longer than it is worth. */
const mostChanges = 50_000;
/** What is read of it again, at most; bytes. */
const mostInflated = 256 * 1024 * 1024;

const [deflated, inflated] = [promisify(deflate), promisify(inflate)];

/** All of it, or as much of it as there is room for: without the plan, then with the summary alone, which is null. */
export const detailsText = async (details: PassDetails): Promise<string | null> => {
  const { plan } = details;
  const all = plan === null || changesIn(plan) > mostChanges ? null : await compressed(details);
  return all ?? (await compressed({ ...details, plan: null }));
};

const changesIn = ({ changesets }: Plan): number =>
  changesets.reduce((sum, { changes, withheld }) => sum + changes.length + countWithheld(withheld), 0);

const compressed = async (details: PassDetails): Promise<string | null> => {
  if (details.results.reduce((sum, { changes }) => sum + changes.length, 0) > mostChanges) return null;
  const bytes = await deflated(JSON.stringify(details));
  return bytes.length > mostBytes ? null : bytes.toString('base64');
};

/** null: nothing was kept, or it cannot be read. */
export const detailsIn = async (text: string | null): Promise<PassDetails | null> => {
  if (text === null) return null;
  try {
    const bytes = await inflated(Buffer.from(text, 'base64'), { maxOutputLength: mostInflated });
    const found: unknown = JSON.parse(bytes.toString());
    return isDetails(found) ? found : null;
  } catch {
    return null;
  }
};

/** Nobody else wrote it: the state's checksum says so, and this tells a later version's from ours. */
const isDetails = (value: unknown): value is PassDetails => {
  if (typeof value !== 'object' || value === null) return false;
  if (!('plan' in value && 'results' in value && 'verify' in value)) return false;
  const { plan, results, verify } = value;
  const isPlan = plan === null || (typeof plan === 'object' && 'changesets' in plan && Array.isArray(plan.changesets));
  return isPlan && Array.isArray(results) && typeof verify === 'object';
};
