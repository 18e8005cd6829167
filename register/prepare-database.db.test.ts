import { randomUUID } from 'node:crypto';
import { expect, inject, it } from 'vitest';
import { openDatabase } from './db/connect.ts';
import { prepareDatabase } from './prepare-database.ts';

async function withNewDatabase(
  how: string,
  work: (connection: { host: string; port: number; user: string; database: string }) => Promise<void>,
) {
  const server = inject('postgres');
  const admin = openDatabase(server, { role: 'owner', max: 1, name: 'test' });
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE template0 ${how}`);
  try {
    await work({ ...server, database: name });
  } finally {
    await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end({ timeout: 5 });
  }
}

it('makes a database ready once, and finds nothing to do the second time', async () => {
  await withNewDatabase("LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' ENCODING 'UTF8'", async connection => {
    expect((await prepareDatabase(connection)).applied.length).toBeGreaterThan(2);
    expect((await prepareDatabase(connection)).applied).toEqual([]);
  });
});

it('refuses a database whose search would be deaf to Thai', async () => {
  await withNewDatabase("LOCALE_PROVIDER libc LOCALE 'C' ENCODING 'UTF8'", async connection => {
    await expect(prepareDatabase(connection)).rejects.toMatchObject({ code: 'database-locale', temporary: false });
  });
});

it('refuses a database of a newer program, and a migration that was changed after it was applied', async () => {
  await withNewDatabase("LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' ENCODING 'UTF8'", async connection => {
    await prepareDatabase(connection);
    const owner = openDatabase(connection, { role: 'owner', max: 1, name: 'test' });
    await owner`INSERT INTO migration (name, sha256) VALUES ('9999_tomorrow.sql', 'x')`;
    await expect(prepareDatabase(connection)).rejects.toMatchObject({ code: 'newer-database' });
    await owner`DELETE FROM migration WHERE name LIKE '9999%'`;
    await owner`UPDATE migration SET sha256 = 'other' WHERE name LIKE '0001%'`;
    await expect(prepareDatabase(connection)).rejects.toMatchObject({ code: 'changed-migration' });
    await owner.end({ timeout: 5 });
  });
});
