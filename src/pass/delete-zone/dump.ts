import { existsSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readMaster } from '../../load/master/read-master.ts';
import { HostmasterError, messageOf } from '../../model/errors.ts';
import { keyOf, type RRset } from '../../model/rrset.ts';
import type { ExistingRRset, ZoneSnapshot } from '../../model/zone.ts';
import { checkInWords, visible, zoneFileName, zoneMaster } from '../../report/index.ts';
import { makeFolder } from '../../state/index.ts';

/** A zone as a target held it, in a file that was read back. */
export interface Dump {
  readonly file: string;
  /** Takes the file away again, where the zone stays. */
  discard(): Promise<void>;
}

/** Where the dump of a zone goes. Throws USAGE where something is there already: it may be an older dump. */
export const dumpFile = (zone: string, folder: string): string => {
  const file = join(folder, zoneFileName(zone, 'zone'));
  if (existsSync(file)) throw taken(file);
  return file;
};

/**
 * Writes all that was read of a zone as a master file, and reads it back: throws where it cannot be written, or where
 * what is in it then is not the same. Rdata that is stored and not served stands in comments.
 */
export const writeDump = async (file: string, snapshot: ZoneSnapshot, heading: string): Promise<Dump> => {
  try {
    makeFolder(dirname(file));
  } catch (error) {
    throw unwritten(file, error);
  }
  await write(file, pieces(snapshot, heading));
  const discard = () => rm(file, { force: true }).catch(() => undefined);
  try {
    await refuseOther(file, snapshot);
    return { file, discard };
  } catch (error) {
    await discard();
    throw error;
  }
};

function* pieces({ rrsets, unreadable, zone }: ZoneSnapshot, heading: string): Generator<string> {
  yield comment(heading);
  yield* zoneMaster(rrsets, zone.name);
  for (const { disabled = [], name, ttl, type } of rrsets) {
    for (const rdata of disabled) yield comment(`disabled: ${name} ${ttl} IN ${type} ${rdata}`);
  }
  for (const { healthCheck, name, type } of rrsets) {
    if (healthCheck === undefined) continue;
    yield comment(`health-checked, which this file cannot say: ${name} ${type} (${checkInWords(healthCheck)})`);
  }
  for (const { name, type, why } of unreadable) yield comment(`not in this file: ${name} ${type} (${why})`);
}

/** One line, whatever is in the text. */
const comment = (text: string): string => `; ${visible(text)}\n`;

/** Never over a file that is there, and on the disk when it returns. */
const write = async (file: string, text: Iterable<string>): Promise<void> => {
  const handle = await open(file, 'wx').catch((error: unknown) => {
    throw isTaken(error) ? taken(file) : unwritten(file, error);
  });
  try {
    await handle.writeFile(text);
    await handle.sync();
    await syncFolder(dirname(file));
  } catch (error) {
    await rm(file, { force: true }).catch(() => undefined);
    throw unwritten(file, error);
  } finally {
    await handle.close().catch(() => undefined);
  }
};

/** A new file is in its folder for good once that is on the disk too; not every system can say so. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
};

const refuseOther = async (file: string, { rrsets, zone }: ZoneSnapshot): Promise<void> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unwritten(file, error);
  });
  const context = { zone: zone.name, ttl: 0, allowLua: true };
  const { rrsets: found, problems } = await readMaster(file, text, context, noIncludes);
  const [wrong] = unequal(rrsets.filter(isServed).map(served), found);
  if (wrong === undefined) return;
  const why = problems.find(({ severity }) => severity === 'error')?.message ?? 'it is not what was read';
  throw new HostmasterError(
    'DELETE_REFUSED',
    `nothing was deleted: the dump of ${zone.name} does not read back to the same content at ${wrong} (${why}); delete the zone by other means`,
  );
};

const noIncludes = async (file: string) => ({ file, text: { status: 'missing' } as const });

const isServed = ({ values }: ExistingRRset): boolean => values.length > 0;

/** What of it is no comment in the file. */
const served = ({ name, ttl, type, values }: ExistingRRset): ExistingRRset => ({ name, type, ttl, values });

/** The keys of what is not the same in both. */
export const unequal = (some: readonly ExistingRRset[], others: readonly ExistingRRset[]): readonly string[] => {
  const texts = new Map(others.map((rrset) => [keyOf(rrset), textOf(rrset)]));
  const wrong = some.filter((rrset) => texts.get(keyOf(rrset)) !== textOf(rrset)).map(keyOf);
  const known = new Set(some.map(keyOf));
  return [...wrong, ...others.map(keyOf).filter((key) => !known.has(key))];
};

const textOf = ({ disabled = [], ttl, values }: RRset & Pick<ExistingRRset, 'disabled'>): string =>
  JSON.stringify([ttl, values.map(({ rdata }) => rdata), disabled]);

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';

const taken = (file: string): HostmasterError =>
  new HostmasterError('USAGE', `nothing was deleted: ${file} exists already; name another folder: --out DIR`);

const unwritten = (file: string, cause: unknown): HostmasterError => {
  const message = `nothing was deleted: the dump ${file} cannot be written (${messageOf(cause)}); name another folder: --out DIR`;
  return new HostmasterError('USAGE', message, { cause });
};
