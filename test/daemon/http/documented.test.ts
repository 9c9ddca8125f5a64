import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { metricRows } from '../../../src/daemon/metrics.ts';
import { blocksIn, textOf } from '../../e2e/documents.ts';
import { openInterface, secrets } from './interface.ts';

const document = 'docs/http.md';

it('the hook of the document is typed as it stands, and answered as it says', async () => {
  const blocks = blocksIn(document);
  const i = blocks.findIndex(({ text }) => text.includes('/hooks/inventory/'));
  const daemon = await openInterface({ clock: Date.now });
  const script = (blocks[i]?.text ?? '').replaceAll(':8053', `:${daemon.port}`);
  const env = { ...process.env, LAB_HOOK_SECRET: secrets.lab };
  const { stdout } = await promisify(execFile)('bash', ['-euc', script], { env });
  expect(stdout).toBe(blocks[i + 1]?.text);
  await daemon.close();
});

it('the document has every metric, with its labels and what it is', () => {
  const rows = Object.entries(metricRows).map(([name, { help, labels }]) => {
    const named = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`hostmaster_${name}\` |${named === '' ? '' : ` ${named}`} | ${help} |`;
  });
  const text = textOf(document);
  expect(text.slice(text.indexOf('| metric |')).trim().split('\n').slice(2)).toEqual(rows);
});
