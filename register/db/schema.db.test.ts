/** schema.sql is what reviewers read: it must be what the migrations really make. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { schemaText } from './schema-text.ts';

let fresh: FreshDatabase;

beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.close());

test('schema.sql shows the database as the migrations leave it (npm run schema writes it)', async () => {
  expect(await schemaText(fresh.owner)).toBe(await readFile(new URL('./schema.sql', import.meta.url), 'utf8'));
});

test('what was added after the migrations is seen: a column, a check, an index, a trigger, a policy, a right, a function', async () => {
  const before = await schemaText(fresh.owner);
  const additions: [string, string][] = [
    ['ALTER TABLE unit ADD COLUMN colour text NOT NULL DEFAULT $$red$$', 'colour text NOT NULL DEFAULT'],
    ['ALTER TABLE unit ADD CONSTRAINT bright CHECK (colour <> $$black$$)', 'CONSTRAINT bright CHECK'],
    ['CREATE INDEX unit_by_colour ON unit (colour) WHERE colour <> $$red$$', 'CREATE INDEX unit_by_colour ON public.unit'],
    ['CREATE TRIGGER unit_stays BEFORE DELETE ON unit FOR EACH ROW EXECUTE FUNCTION refuse_change()', 'CREATE TRIGGER unit_stays'],
    [
      'CREATE POLICY red_only ON unit AS RESTRICTIVE FOR SELECT USING (colour = $$red$$)',
      'CREATE POLICY red_only ON unit AS RESTRICTIVE FOR SELECT USING',
    ],
    ['GRANT DELETE ON unit TO saraban_app', 'GRANT DELETE, INSERT, SELECT, UPDATE ON unit TO saraban_app'],
    ['CREATE FUNCTION colour_of(u unit) RETURNS text LANGUAGE sql AS $f$ SELECT u.colour $f$', 'FUNCTION public.colour_of(u unit)'],
    ['REVOKE EXECUTE ON FUNCTION colour_of FROM PUBLIC', 'REVOKE ALL ON FUNCTION colour_of(unit) FROM PUBLIC'],
    ['ALTER TABLE sign_in_failure ENABLE ROW LEVEL SECURITY', 'ALTER TABLE sign_in_failure ENABLE ROW LEVEL SECURITY;'],
  ];
  for (const [statement, line] of additions) {
    expect(before).not.toContain(line);
    await fresh.owner.unsafe(statement);
    expect(await schemaText(fresh.owner)).toContain(line);
  }
});

test('every table of an agency is walled off (I9)', async () => {
  const text = await schemaText(fresh.owner);
  const tables = text.split(/^-- (?=\w+ -{3,}$)/m).slice(1);
  const open = tables
    .filter(table => /^ {2}agency_id /m.test(table) && !table.includes('ENABLE ROW LEVEL SECURITY'))
    .map(table => table.split(' ')[0]);
  expect(tables.length).toBeGreaterThan(15);
  expect(open).toEqual([]);
});
