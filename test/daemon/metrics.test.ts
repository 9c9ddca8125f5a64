import { describe, expect, it } from 'vitest';
import { metricRows, openMetrics } from '../../src/daemon/metrics.ts';

const linesOf = async (metrics: ReturnType<typeof openMetrics>, name: string): Promise<readonly string[]> =>
  (await metrics.text()).body.split('\n').filter((line) => line.startsWith(`hostmaster_${name}`));

describe('metrics', () => {
  it('every one is named hostmaster_…, and described', async () => {
    const { body, contentType } = await openMetrics('0.1.0').text();
    expect(contentType).toMatch(/^text\/plain/);
    for (const name of Object.keys(metricRows)) expect(body).toContain(`# HELP hostmaster_${name} `);
    expect(body.split('\n').filter((line) => /^[a-z]/.test(line) && !line.startsWith('hostmaster_'))).toEqual([]);
  });

  it('no label is an RRset, a value or a server: there may be a million', () => {
    const labels = new Set(Object.values(metricRows).flatMap(({ labels }) => [...labels]));
    expect([...labels].sort()).toEqual(
      [
        ...['action', 'cause', 'guard', 'inventory', 'kind', 'method', 'nameserver', 'outcome', 'result'],
        ...['stage', 'state', 'status', 'target', 'version', 'zone'],
      ].sort(),
    );
  });

  it('counters add, gauges are set, histograms observe', async () => {
    const metrics = openMetrics('0.1.0');
    metrics.add('passes_total', { cause: 'hook', outcome: 'done' });
    metrics.add('passes_total', { cause: 'hook', outcome: 'done' }, 2);
    metrics.set('contested', {}, 4);
    metrics.observe('pass_seconds', { stage: 'plan' }, 0.2);
    expect(await linesOf(metrics, 'passes_total')).toEqual(['hostmaster_passes_total{cause="hook",outcome="done"} 3']);
    expect(await linesOf(metrics, 'contested')).toEqual(['hostmaster_contested 4']);
    expect(await linesOf(metrics, 'pass_seconds_sum')).toEqual(['hostmaster_pass_seconds_sum{stage="plan"} 0.2']);
  });

  it('what is gone leaves no series behind', async () => {
    const metrics = openMetrics('0.1.0');
    metrics.setAll('drift', [
      { labels: { zone: 'a.example.', target: 'pdns' }, value: 1 },
      { labels: { zone: 'b.example.', target: 'pdns' }, value: 2 },
    ]);
    metrics.setAll('drift', [{ labels: { zone: 'b.example.', target: 'pdns' }, value: 0 }]);
    expect(await linesOf(metrics, 'drift')).toEqual(['hostmaster_drift{zone="b.example.",target="pdns"} 0']);
  });

  it('ages are counted when they are asked for', async () => {
    const metrics = openMetrics('0.1.0');
    let age = 1;
    metrics.beforeRead(() => metrics.set('inventory_age_seconds', { inventory: 'lab' }, age));
    age = 7;
    expect(await linesOf(metrics, 'inventory_age')).toEqual(['hostmaster_inventory_age_seconds{inventory="lab"} 7']);
  });
});
