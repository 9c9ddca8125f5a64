import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take half a minute and more, the longest first. One that began last would run alone in the end. */
const longest: readonly string[] = [
  'test/e2e/name-servers.test.ts',
  'test/faults/model/embedded.test.ts',
  'test/faults/invariant-7-across.test.ts',
  'test/e2e/exit.test.ts',
  'test/conformance/command.test.ts',
  'test/faults/invariant-3-killed.test.ts',
  'test/providers/route53/limits-fake.test.ts',
  'test/e2e/route53-limits.test.ts',
  'test/e2e/route53-health.test.ts',
  'test/e2e/options.test.ts',
  'test/faults/model/powerdns.test.ts',
  'test/faults/model/knot.test.ts',
  'test/e2e/running.test.ts',
  'test/faults/invariant-7-killed.test.ts',
  'test/providers/route53/health.test.ts',
  'test/e2e/zone-delete.test.ts',
  'test/conformance/route53-moto.test.ts',
  'test/conformance/powerdns-pgsql.test.ts',
  'test/conformance/powerdns-sqlite.test.ts',
  'test/providers/powerdns/health.test.ts',
  'test/apply/killed.test.ts',
  'test/e2e/inventory-hostile.test.ts',
  'test/faults/invariant-4-races.test.ts',
  'test/conformance/bind.test.ts',
  'test/conformance/knot.test.ts',
  'test/conformance/powerdns-rfc2136.test.ts',
  'test/conformance/route53-fake.test.ts',
  'test/conformance/json-file.test.ts',
  'test/conformance/api-version-1.test.ts',
  'test/conformance/embedded.test.ts',
];

/** These, and after them the others as Vitest has them: by what they took the last time, or by their size. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.indexOf(relative(this.ctx.config.root, moduleId));
      return at === -1 ? longest.length : at;
    };
    return others.toSorted((a, b) => rank(a) - rank(b));
  }
}
