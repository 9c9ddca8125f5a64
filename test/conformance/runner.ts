import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../src/model/problem.ts';
import { type ProviderFactory, parseRdata, rdataToWire, type Supports } from '../../src/provider.ts';
import { openStore } from '../../src/state/index.ts';
import { type Bind, startBind } from '../servers/bind.ts';
import { tempFolder } from '../servers/child.ts';
import type { DnsAddress } from '../servers/ports.ts';
import { differences } from './answers.ts';
import type { ZoneReader } from './contents.ts';
import { type Converged, type Driver, driverOf, withheldOf } from './driver.ts';
import { groups } from './groups/index.ts';
import { type Normaliser, normaliserOf } from './normalise.ts';
import { type TargetConfig, writeRepository } from './step-repository.ts';
import { type Group, ownerOf, type Said, type Step, type Wanted } from './suite.ts';

/** A name server that the suite runs on, with the provider and the configuration that reach it. */
export interface Subject {
  /** null: the configuration names a package or a file, which the command finds. */
  readonly factory: ProviderFactory | null;
  /** The target in hostmaster.yaml; secrets as `{ file }` or `{ env }`. */
  readonly config: TargetConfig;
  /** Where dig asks; or, where no name server answers, how all that a zone holds is read. */
  readonly dns: DnsAddress | ZoneReader;
  /** What the server refuses although `supports` lets it through, in its own words. */
  readonly refusals: readonly Refusal[];
  /** Steps after which the server does not serve what it took; the suite asserts what it does instead. */
  readonly exceptions?: readonly Exception[];
  /** What the server has printed, for a refusal whose reason is there alone. */
  log?(): string;
  /** Makes a zone, where its provider cannot; else the pass does. */
  makeZone?(zone: string): Promise<void>;
  stop(): Promise<void>;
}

/** An RRset that the server does not take. The suite asserts that it says so. */
export interface Refusal {
  readonly group: string;
  readonly step: string;
  readonly name: string;
  readonly type: string;
  readonly says: string;
  /** What its log says of it, where the answer has no words. */
  readonly logs?: string;
}

/** A step after which a server is not as it should be. */
export interface Exception {
  readonly group: string;
  readonly step: string;
  /** In the results of the apply, of verify, or of reading back. */
  readonly says: string;
}

interface Running {
  readonly subject: Subject;
  readonly driver: Driver;
  readonly delegated: Bind;
  readonly normalise: Normaliser;
}

/** One test a step: apply, plan again to nothing, read back with dig. */
export const conformance = (title: string, start: () => Promise<Subject>): void => {
  describe(title, () => {
    let running: Running | undefined;
    const run = (): Running => {
      if (running === undefined) throw new Error('the servers did not start');
      return running;
    };
    beforeAll(async () => {
      running = await startAll(start);
    });
    afterAll(async () => {
      await running?.subject.stop();
      await running?.delegated.stop();
    });
    for (const group of groups) describeGroup(group, run);
  });
};

const startAll = async (start: () => Promise<Subject>): Promise<Running> => {
  const [subject, delegated] = await Promise.all([start(), startDelegated()]);
  const registry = subject.factory === null ? {} : { [String(subject.config.provider)]: subject.factory };
  const store = await openStore(join(tempFolder('conformance-state'), 'state.sqlite'));
  const driver = driverOf(registry, store, delegated.dns);
  return { subject, driver, delegated, normalise: normaliserOf(groups) };
};

/** A real name server with authority for every zone that a guarded step delegates. */
const startDelegated = (): Promise<Bind> => {
  const names = groups.flatMap(({ steps, zone }) =>
    steps
      .filter(({ guards }) => guards.includes('delegation'))
      .flatMap(({ records }) => records.filter(({ type }) => type === 'NS'))
      .map(({ name }) => (name === '' ? zone : `${name}.${zone}`)),
  );
  const text =
    '$TTL 300\n@ SOA ns.example.net. hostmaster.example.net. 1 7200 1800 1209600 300\n@ NS ns.example.net.\n';
  return startBind({ zones: [...new Set(names)].map((name) => ({ name, text })) });
};

const describeGroup = (group: Group, run: () => Running): void => {
  describe(group.name, () => {
    const folder = tempFolder('conformance');
    let before: State = { held: [], whole: true };
    for (const step of group.steps) {
      it(step.name, async () => {
        const { driver, normalise, subject } = run();
        if (step === group.steps[0]) await subject.makeZone?.(group.zone);
        const converged = await driver.converge(writeRepository(folder, subject.config, group, step));
        const blocked = blockedIn(group, step, converged.supports, subject.refusals);
        const now = stateAfter(step, blocked, before, converged.supports);
        const was = before;
        const exception = subject.exceptions?.find((each) => each.group === group.name && each.step === step.name);
        before = { ...now, whole: now.whole && exception === undefined };
        const expectation = { zone: group.zone, now: now.held, before: was.held, asks: now.whole ? step.asks : [] };
        if (exception !== undefined) {
          const found = await differences(subject.dns, expectation, normalise);
          const { results, verify } = converged.applied;
          return expect(JSON.stringify({ results, differences: verify.differences, found })).toContain(exception.says);
        }
        checkPlans(step, converged, blocked, was, group);
        for (const { logs } of blocked) expect(subject.log?.() ?? '').toContain(logs ?? '');
        expect(await differences(subject.dns, expectation, normalise)).toEqual([]);
      });
    }
  });
};

/** What a zone holds after a step. `whole` is false where something of it could not be written. */
interface State {
  readonly held: readonly Wanted[];
  readonly whole: boolean;
}

/** An RRset that cannot be written, and what must be said about it. */
interface Blocked {
  readonly wanted: Wanted;
  /** By `supports` it is a problem of the plan, by the server a failed change. */
  readonly by: 'supports' | 'server';
  readonly says: string;
  readonly logs?: string;
}

const blockedIn = (group: Group, step: Step, supports: Supports, refusals: readonly Refusal[]): readonly Blocked[] =>
  step.records.flatMap((wanted): readonly Blocked[] => {
    const says = whyUnsupported(wanted, group.zone, supports);
    if (says !== null) return [{ wanted, by: 'supports', says }];
    const refusal = refusals.find(
      (each) =>
        each.group === group.name && each.step === step.name && each.name === wanted.name && each.type === wanted.type,
    );
    return refusal === undefined ? [] : [{ ...refusal, wanted, by: 'server' }];
  });

const whyUnsupported = ({ name, ttl, type, values }: Wanted, zone: string, supports: Supports): string | null => {
  const known = supports.types.includes(type) || (supports.unknown_types && type.startsWith('TYPE'));
  if (!known) return supports.refuses[type] ?? type;
  if (name.includes('\\') && !supports.escaped_names) return 'escaped';
  const { max_values: most = values.length, name_pattern: pattern } = supports;
  if (values.length > most) return `takes ${most} values of one RRset`;
  if (pattern !== undefined && !new RegExp(pattern).test(ownerOf(name, zone).toLowerCase()))
    return 'cannot hold a name with these';
  if (wireBytes(type, values) > supports.max_rrset_bytes) return `can serve ${supports.max_rrset_bytes} bytes`;
  return ttl > supports.max_ttl ? String(ttl) : null;
};

/** Each value has a record of its own, whose head is twelve octets where its name is compressed (RFC 1035 section 4.1.3). */
const wireBytes = (type: string, values: readonly Said[]): number =>
  values.reduce((sum, { answer }) => sum + 12 + rdataToWire(type, parseRdata(type, answer)).length, 0);

/** A TTL that the target raises may come out as no change, or as another. */
const isRaised = ({ records }: Step, { min_ttl }: Supports): boolean => records.some(({ ttl }) => ttl < min_ttl);

/** Names with a blocked RRset keep what they had, and those below with a DNAME, which cannot come while they go. */
const stateAfter = (step: Step, blocked: readonly Blocked[], before: State, supports: Supports): State => {
  const names = new Set(blocked.map(({ wanted }) => wanted.name));
  const written = step.records
    .filter(({ name }) => !names.has(name))
    .map((wanted) => ({ ...wanted, ttl: Math.max(wanted.ttl, supports.min_ttl) }));
  const dnames = blocked.flatMap(({ wanted }) => (wanted.type === 'DNAME' ? [`.${wanted.name}`] : []));
  const kept = before.held.filter(({ name }) => names.has(name) || dnames.some((dname) => name.endsWith(dname)));
  return { held: [...written, ...kept], whole: names.size === 0 && !isRaised(step, supports) };
};

const checkPlans = (step: Step, converged: Converged, blocked: readonly Blocked[], was: State, group: Group): void => {
  const { again, applied, plan, refused } = converged;
  const refusedByServer = new Set(
    blocked.filter(({ by }) => by === 'server').map(({ wanted }) => ownerOf(wanted.name, group.zone)),
  );
  for (const { by, says, wanted } of blocked) {
    const messages =
      by === 'supports'
        ? plan.problems.filter((problem) => isAbout(problem, wanted, group.zone)).map(({ message }) => message)
        : applied.results.flatMap(({ changes }) => changes.flatMap(({ message }) => message ?? []));
    expect(messages.join('\n')).toContain(says);
  }
  if (blocked.length === 0) {
    expect([...plan.problems, ...again.problems].filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(applied.results.flatMap(({ error }) => error ?? [])).toEqual([]);
  }
  expect(applied.verify.differences).toEqual([]);
  const guards = withheldOf(refused.changesets).map(({ guard }) => guard);
  // Where all that is wanted is blocked, what is left would empty the zone.
  const byBlocking = ['quarantine', 'never_empty'].filter((guard) => !step.guards.some((own) => own === guard));
  const hidden = new Set(blocked.length === 0 ? [] : byBlocking);
  expect([...new Set(guards.filter((guard) => !hidden.has(guard)))]).toEqual(step.guards);
  const isCounted = blocked.length === 0 && was.whole && !isRaised(step, converged.supports);
  if (isCounted) checkCount(step, plan.changesets.flatMap(({ changes }) => changes).length);
  const rest = again.changesets.flatMap(({ changes }) => changes).filter(({ name }) => !refusedByServer.has(name));
  expect(rest).toEqual([]);
  if (blocked.length === 0) expect(withheldOf(again.changesets)).toEqual([]);
};

const checkCount = (step: Step, changes: number): void => {
  if (step.changes === undefined) expect(changes).toBeGreaterThan(0);
  else expect(changes).toBe(step.changes);
};

const isAbout = ({ message }: Problem, { name, type }: Wanted, zone: string): boolean =>
  message.startsWith(`${ownerOf(name, zone)} ${type}:`);
