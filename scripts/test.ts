// `npm test`: the packages, the linter, the types, the generated files and every test, and one closing line.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackages } from './packages.ts';
import { root, run } from './tools.ts';

interface Report {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const reportFile = join(root, '.test-report.json');

const checks: readonly (readonly [string, ...string[]])[] = [
  ['biome', 'check', '.'],
  ['tsc', '--noEmit'],
  ['node', 'scripts/generated.ts', '--check'],
];

const runChecks = (): number => {
  const failed = checks.filter(([command, ...args]) => run(command, args) !== 0);
  for (const check of failed) process.stdout.write(`FAILED: ${check.join(' ')}\n`);
  return failed.length;
};

const runVitest = (args: readonly string[]): { passed: number; failed: number; skipped: number } => {
  rmSync(reportFile, { force: true });
  const code = run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile=${reportFile}`, ...args]);
  const report = readReport();
  const failed = report?.testResults.reduce((sum, file) => sum + failuresOf(file), 0) ?? 0;
  const passed = report?.numPassedTests ?? 0;
  const unexplained = failed === 0 && (code !== 0 || passed === 0);
  if (unexplained) process.stdout.write(`FAILED: vitest exited ${code}, and ${passed} tests passed\n`);
  return { passed, failed: failed + (unexplained ? 1 : 0), skipped: report?.numPendingTests ?? 0 };
};

const readReport = (): Report | null => {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return null;
  }
};

/** A file that could not be loaded has no test to count, and is a failure all the same. */
const failuresOf = (file: Report['testResults'][number]): number => {
  const failed = file.assertionResults.filter((test) => test.status === 'failed').length;
  return failed > 0 ? failed : file.status === 'failed' ? 1 : 0;
};

const main = (args: readonly string[]): number => {
  if (!ensurePackages()) return 1;
  const failedChecks = runChecks();
  const { passed, failed, skipped } = runVitest(args);
  const all = failed + failedChecks;
  process.stdout.write(`${passed} passed, ${all} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  return all === 0 ? 0 : 1;
};

process.exitCode = main(process.argv.slice(2));
