/** docs/copy-format.md, command by command as it is printed: a stranger's tar, age, rclone and psql bring back every row and every letter's file. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type Database, openDatabase, type Transaction } from '../../register/db/connect.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import { verify } from '../../register/verify.ts';
import { addTestAgency, addTestUnit, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { addTestAccount, enterLetter } from '../../test/database/letters.ts';
import { copyOut, selectRows, sequenceValues, tableShapes } from '../db/tables.ts';
import { makeChanges } from '../minutes/make-changes.ts';
import { watchChanges } from '../minutes/watch.ts';
import { type CopyFixture, copyFixture, shell } from './copy-fixture.ts';
import { makeCopy } from './make-copy.ts';

let fresh: FreshDatabase;
let fixture: CopyFixture;
let agency: number;

beforeEach(async () => {
  fresh = await freshDatabase();
  fixture = await copyFixture(fresh, ['saraban']);
  agency = await addTestAgency(fresh.db, 'tambon');
});
afterEach(async () => {
  await fresh.admin.unsafe('DROP DATABASE IF EXISTS saraban WITH (FORCE)');
  await fresh.close();
});

/** Everything a copy holds, as text. */
async function contents(db: Database): Promise<Map<string, string>> {
  const tables = new Map<string, string>();
  await db.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (tx: Transaction) => {
    for (const shape of await tableShapes(tx)) {
      const chunks: Buffer[] = [];
      for await (const chunk of copyOut(tx, selectRows(shape))) chunks.push(chunk);
      tables.set(shape.name, Buffer.concat(chunks).toString('utf8'));
    }
    tables.set('sequences', JSON.stringify(await sequenceValues(tx)));
  });
  return tables;
}

async function commandsOfThePage(): Promise<string> {
  const page = await readFile(new URL('../../docs/copy-format.md', import.meta.url), 'utf8');
  return [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(found => found[1]).join('\n');
}

test('the page brings back every row, every sequence, every letter and every file, with the minutes after the night', async () => {
  await watchChanges(fresh.owner, true);
  const unit = await addTestUnit(fresh.db, agency, 'water');
  await addTestAccount(fresh, agency, 'somsri', 'unit', [unit]);
  // Text that COPY has to write with care.
  for (const subject of ['ขอเชิญประชุม', 'tab\tand \\N and \\. and "quotes"', 'a line\nfeed', ''])
    await enterLetter(fresh, agency, `Subject: x\r\n\r\n${subject}`, { subject });
  const { context } = fixture;
  expect(await makeCopy(context)).toMatchObject({ outcome: 'made', problem: '' });
  await enterLetter(fresh, agency, 'Subject: x\r\n\r\nlate', { subject: 'after the night' });
  expect(await makeChanges(context)).toMatchObject({ outcome: 'made' });
  const before = await contents(fresh.owner);

  const home = await shell('mktemp -d', fresh.folder).then(text => text.trim());
  const server = inject('postgres');
  const output = await shell(`cp ${fixture.identityFile} key.txt\n${await commandsOfThePage()}`, home, {
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: server.user,
    RCLONE_CONFIG_OFFSITE_TYPE: 'alias',
    // Where 'offsite:saraban' is the folder of the place.
    RCLONE_CONFIG_OFFSITE_REMOTE: fresh.folder,
  });
  expect(output).toContain('after the night');

  const restored = openDatabase({ ...server, database: 'saraban' }, { role: 'owner', max: 1, name: 'test' });
  try {
    const after = await contents(restored);
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const [table, rows] of before) expect(after.get(table), table).toBe(rows);
    const store = await openFolderStore(join(home, 'data', 'blobs'));
    expect(await verify({ db: restored, store })).toMatchObject({ entries: 5, blobs: 5, faults: [] });
  } finally {
    await restored.end({ timeout: 5 });
  }
  for (const file of ['keys/secrets.key', 'ca/ministry.pem'])
    expect(await readFile(join(home, 'data', file))).toEqual(await readFile(join(context.data, file)));
  expect(await readFile(join(home, 'data', 'config/saraban.conf'), 'utf8')).toContain('SARABAN_SMTP_PORT');
  expect((await readdir(join(home, 'data'))).sort()).toEqual(['blobs', 'ca', 'config', 'keys']);
});
