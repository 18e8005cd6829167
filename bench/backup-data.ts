/**
 * What the copies are measured on: a register of many entries with their messages, searches and acts, written through the database's own triggers so that every chain holds,
 * and many letters as blobs. The letters' bytes do not compress much and no two are alike, as with real ones; the same at every run.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Database } from '../register/db/connect.ts';
import type { Store } from '../register/store/folder.ts';
import type { Bench } from './setting.ts';

// In one transaction the row of a series is written once an entry, and the dead ones are walked over: a thousand is fast, twenty thousand are not.
const AT_ONCE = 1_000;
const WORDS = 'ขอเชิญประชุม การจัดสรรเงินอุดหนุน รายงานผลการดำเนินงาน แนวทางปฏิบัติ โครงการฝึกอบรม การเบิกจ่ายงบประมาณ ประกาศสอบราคา ขอความอนุเคราะห์ข้อมูล';

/**
 * Adds entries `from`..`from + count - 1`, each with a message, the folded copy of the search and an act.
 * All messages share the bytes of one blob: the rows are what is measured here.
 */
export async function addEntries(owner: Database, bench: Bench, store: Store, from: number, count: number): Promise<void> {
  const { sha256, size } = await store.put(Buffer.from('Subject: one letter\r\n\r\nfor all entries\r\n'));
  const bytes = Buffer.from(sha256, 'hex');
  await owner`INSERT INTO blob (agency_id, sha256, size) VALUES (${bench.agencyId}, ${bytes}, ${size}) ON CONFLICT DO NOTHING`;
  const words = WORDS.split(' ');
  for (let first = from; first < from + count; first += AT_ONCE) {
    const last = Math.min(first + AT_ONCE, from + count) - 1;
    await owner.begin(async tx => {
      await tx`SELECT set_config('saraban.agency', ${String(bench.agencyId)}, true)`;
      // As the appliance's own ids (UUID version 7): in the order of time, so that new rows stand at a table's end.
      const id = (kind: string) =>
        tx`(lpad(to_hex(1767232800000 + n::bigint * 20000), 12, '0') || '7' || substr(md5(${kind} || n), 1, 3) || '8' || substr(md5(${kind} || n), 4, 15))::uuid`;
      const subject = tx`(${words}::text[])[n % 8 + 1] || ' ' || (${words}::text[])[n / 8 % 8 + 1] || ' ครั้งที่ ' || n`;
      await tx`
        INSERT INTO message (agency_id, id, sha256, size, envelope_from, envelope_to, envelope_sha256, peer, received_at, disposition, entry_id, header_message_id, subject,
                             from_name, from_address, reading)
        SELECT ${bench.agencyId}, ${id('message')}, ${bytes}, ${size}, 'somchai' || n % 500 || '@sender.example', ARRAY[${bench.address}], sha256(n::text::bytea),
               '{"address":"192.0.2.7","name":"mx.sender.example","helo":"mx.sender.example","protocol":"ESMTP","tls":"TLSv1.3"}', '2026-01-01T02:00:00Z'::timestamptz + n * interval '20 seconds',
               'entered', ${id('entry')}, '<' || md5(n::text) || '@sender.example>', ${subject}, 'สมชาย ใจดี', 'somchai' || n % 500 || '@sender.example', 'done'
        FROM generate_series(${first}::integer, ${last}::integer) AS n ORDER BY n`;
      await tx`
        INSERT INTO entry (agency_id, id, register, year, message_id, received_at, entered_at, envelope_from, from_name, from_address, raw_sha256, public_code, subject, from_agency, letter_number)
        SELECT ${bench.agencyId}, ${id('entry')}, 'receive', 2569, ${id('message')}, '2026-01-01T02:00:00Z'::timestamptz + n * interval '20 seconds',
               '2026-01-01T02:00:01Z'::timestamptz + n * interval '20 seconds', 'somchai' || n % 500 || '@sender.example', 'สมชาย ใจดี', 'somchai' || n % 500 || '@sender.example', ${bytes},
               translate(substr(md5('a' || n) || md5('b' || n), 1, 26), 'ilou', '0123'), ${subject}, 'สำนักงานส่งเสริมการปกครองท้องถิ่น', 'มท 0808.2/ว ' || n
        FROM generate_series(${first}::integer, ${last}::integer) AS n ORDER BY n`;
      await tx`
        INSERT INTO entry_search (agency_id, entry_id, register, year, number, folded)
        SELECT agency_id, id, register, year, number, subject || ' ' || letter_number || ' ' || from_name || ' ' || from_agency FROM entry
        WHERE agency_id = ${bench.agencyId} AND number > ${first - 1} AND number <= ${last}`;
      await tx`
        INSERT INTO act (agency_id, register, entry_id, kind, actor_name, at, detail)
        SELECT ${bench.agencyId}, 'receive', ${id('entry')}, 'opened', 'วรรณา', '2026-01-01T02:00:02Z'::timestamptz + n * interval '20 seconds', '{"door":"page"}'
        FROM generate_series(${first}::integer, ${last}::integer) AS n ORDER BY n`;
    });
  }
}

/** Puts `count` letters into the store and its table, some kilobytes to some hundred each. @returns their bytes */
export async function addBlobs(owner: Database, bench: Bench, store: Store, from: number, count: number): Promise<number> {
  let bytes = 0;
  const rows: { sha256: string; size: number }[] = [];
  const flush = async () => {
    await owner`
      INSERT INTO blob (agency_id, sha256, size) SELECT ${bench.agencyId}, decode(b.sha256, 'hex'), b.size
      FROM unnest(${rows.map(row => row.sha256)}::text[], ${rows.map(row => row.size)}::bigint[]) AS b (sha256, size)`;
    rows.length = 0;
  };
  for (let n = from; n < from + count; n++) {
    const letter = letterOf(n);
    // Without the fsyncs of a real adoption: making the ground is not what is measured.
    const sha256 = createHash('sha256').update(letter).digest('hex');
    await writeFile(store.pathOf(sha256), letter);
    rows.push({ sha256, size: letter.length });
    bytes += letter.length;
    if (rows.length === 1_000) await flush();
  }
  if (rows.length > 0) await flush();
  return bytes;
}

/** Half of them 4 to 20 KB, the rest up to 200 KB; base64 of bytes that do not compress, below a head that does. */
function letterOf(n: number): Buffer {
  const key = createHash('sha256').update(`saraban bench letter ${n}`).digest();
  const size = n % 2 === 0 ? 3_000 + (key.readUInt32LE(0) % 12_000) : 15_000 + (key.readUInt32LE(0) % 135_000);
  const body = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
  return Buffer.from(
    `From: somchai@sender.example\r\nSubject: ${WORDS}\r\nMessage-ID: <${n}@bench>\r\n\r\n${body.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`,
  );
}
