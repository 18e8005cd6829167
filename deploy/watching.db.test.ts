/** The alarms and the dashboard name only figures that /metrics really has, with the labels it really gives them; the rules have the shape Prometheus reads. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openDatabase } from '../register/db/connect.ts';
import { createMetrics } from '../web/metrics.ts';
import { letterWithFiles, openWorld, type World } from '../web/test-world.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}
const alerts = parse(read('./prometheus/alerts.yml')) as { groups: { name: string; rules: Rule[] }[] };
const rules = alerts.groups.flatMap(group => group.rules);

interface Panel {
  id: number;
  title: string;
  type: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { refId: string; expr: string; legendFormat: string }[];
}
const dashboard = JSON.parse(read('./grafana/saraban.json')) as {
  uid: string;
  panels: Panel[];
  templating: { list: { name: string; query: string }[] };
};

let world: World;
/** Metric names, each with the names of its labels. */
let given: Map<string, Set<string>>;

beforeAll(async () => {
  world = await openWorld();
  const { owner } = world.fresh;
  await world.enter(world.red, letterWithFiles('one'));
  const cut = new Date('2026-11-21T19:00:00.000Z');
  await owner`INSERT INTO copy (id, kind, state, began_at, cut_at, finished_at, bytes) VALUES ('20261121T190000Z-00000001', 'whole', 'made', ${cut}, ${cut}, ${cut}, 1)`;
  await owner`INSERT INTO copy_at_place (copy_id, place, state, proven_at) VALUES ('20261121T190000Z-00000001', '/mnt', 'proven', ${cut})`;
  await owner`INSERT INTO night_alarm VALUES ('place-away', '/mnt', ${cut}, ${cut}, 'ก', 'a')`;
  const text = await createMetrics(world.context).text();
  given = new Map();
  for (const [, name = '', labels = ''] of text.matchAll(/^(saraban_\w+)(?:\{(.*)\})? /gm)) {
    const known = given.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    given.set(name, known);
  }
});
afterAll(() => world.close());

/** Every series an expression asks for, with the labels it picks by. */
function seriesOf(expr: string): { name: string; labels: string[] }[] {
  return [...expr.matchAll(/\b(saraban_\w+|up)\b(?:\{([^}]*)\})?/g)].map(([, name = '', picked = '']) => ({
    name,
    labels: [...picked.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label),
  }));
}

function expectKnown(expr: string, said: string): void {
  const series = seriesOf(expr);
  expect(series, said).not.toEqual([]);
  // `up`, `job` and `instance` are Prometheus's own.
  const own = ['job', 'instance'];
  const labels = new Set(own);
  for (const { name, labels: picked } of series) {
    if (name !== 'up') expect([...given.keys()], said).toContain(name);
    const has = [...(given.get(name) ?? []), ...own];
    for (const label of picked) expect(has, `${said}: ${name}`).toContain(label);
    for (const label of has) labels.add(label);
  }
  for (const [, group = ''] of expr.matchAll(/\b(?:by|without) \(([^)]*)\)/g))
    for (const label of group.split(',')) expect([...labels], said).toContain(label.trim());
  // Parentheses and braces that do not close are the faults of hand-written rules.
  for (const pair of ['()', '{}', '[]']) expect(expr.split(pair[0] ?? '').length, said).toBe(expr.split(pair[1] ?? '').length);
}

describe('deploy/prometheus/alerts.yml', () => {
  it('has rules of the shape that Prometheus reads', () => {
    expect(Object.keys(alerts)).toEqual(['groups']);
    expect(rules.length).toBeGreaterThan(8);
    expect(new Set(rules.map(rule => rule.alert)).size).toBe(rules.length);
    for (const rule of rules) {
      const { alert, expr, for: wait, labels, annotations, ...rest } = rule;
      expect(rest, alert).toEqual({});
      expect(alert).toMatch(/^Saraban[A-Z]\w+$/);
      expect(expr, alert).toEqual(expect.any(String));
      if (wait !== undefined) expect(wait, alert).toMatch(/^\d+[smhd]$/);
      expect(['page', 'day'], alert).toContain(labels.severity);
      expect(annotations.summary, alert).toMatch(/[ก-๙].* · [A-Z]/);
      expect(annotations.description, alert).toEqual(expect.any(String));
    }
  });

  it('asks for figures that exist, and its words name labels they have', () => {
    for (const { alert, expr, annotations } of rules) {
      expectKnown(expr, alert);
      const has = new Set(['job', 'instance', ...seriesOf(expr).flatMap(({ name }) => [...(given.get(name) ?? [])])]);
      for (const [, label] of Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g))
        expect([...has], alert).toContain(label);
    }
    expect(() => expectKnown('saraban_no_such_figure > 0', 'x')).toThrow();
    expect(() => expectKnown('sum by (disposition) (saraban_held)', 'x')).toThrow();
  });

  it('is what the sample of a scrape configuration reads', () => {
    const sample = parse(read('./prometheus/prometheus.yml')) as { rule_files: string[]; scrape_configs: { job_name: string }[] };
    expect(sample.rule_files).toEqual(['alerts.yml']);
    expect(sample.scrape_configs.map(one => one.job_name)).toEqual(['saraban']);
  });
});

describe('deploy/grafana/saraban.json', () => {
  it('shows figures that exist', () => {
    for (const panel of dashboard.panels) for (const target of panel.targets) expectKnown(target.expr, panel.title);
    for (const { query } of dashboard.templating.list.filter(one => one.query.startsWith('label_values'))) {
      const [, name = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? [];
      expect([...(given.get(name) ?? [])]).toContain(label);
    }
  });

  it('shows every figure of the register and the copies, each panel in its own place', () => {
    const shown = new Set(dashboard.panels.flatMap(panel => panel.targets.flatMap(target => seriesOf(target.expr).map(one => one.name))));
    const ours = [...given.keys()].filter(name => !/^saraban_(?:process|nodejs)_/.test(name));
    // The age of the copy is shown instead of its instant.
    expect(ours.filter(name => !shown.has(name))).toEqual(['saraban_backup_last_proven_timestamp_seconds']);
    const places = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(new Set(places).size).toBe(places.length);
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    expect(new Set(dashboard.panels.map(panel => panel.id)).size).toBe(dashboard.panels.length);
  });
});

it('/metrics tells of processes by their connections, and of clocks that differ', async () => {
  const value = async (of: string) =>
    Number(new RegExp(`^${of.replaceAll(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(await createMetrics(world.context).text())?.[1]);
  expect(await value('saraban_role_connections{role="gateway"}')).toBe(0);
  const gateway = openDatabase(world.fresh.connection, { role: 'app', max: 1, name: 'gateway' });
  await gateway`SELECT 1`;
  expect(await value('saraban_role_connections{role="gateway"}')).toBe(1);
  await gateway.end();
  expect(await value('saraban_role_connections{role="night"}')).toBe(0);
  expect(Math.abs(await value('saraban_clock_offset_seconds'))).toBeLessThan(3600);
  expect(await value('saraban_night_alarm{code="place-away"}')).toBe(1);
});
