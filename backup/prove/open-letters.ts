/**
 * Opens letters of a restored register as an officer would: from the raw bytes, through the reader, to what the page shows. A copy whose hashes all hold
 * and whose letters cannot be opened would be no copy.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../../register/db/connect.ts';
import { DEFAULT_LIMITS, readMessage } from '../../register/letter/read-message.ts';
import { getEntry } from '../../register/look/entry.ts';
import type { Officer } from '../../register/officer.ts';
import type { Store } from '../../register/store/folder.ts';
import type { Finding, OpenedLetter, Unproven } from './findings.ts';
import { type SampledLetter, sampleLetters, selectAttachments } from './queries.ts';

export interface OpenedLetters {
  opened: OpenedLetter[];
  faults: Finding[];
  notProven: Unproven[];
}

// Of so many drawn, few enough were not fetched tonight that the wanted number is nearly always found.
const DRAWN_FOR_ONE = 20;
const MOST_DRAWN = 2_000;
const FALLBACK_CHARSET = 'windows-874';

/**
 * @param dbs - of the scratch database: as its owner, and as the application (row-level security holds there too)
 * @param wanted - letters to open; fewer when fewer were fetched
 */
export async function openLetters(dbs: { owner: Database; app: Database }, store: Store, wanted: number): Promise<OpenedLetters> {
  const result: OpenedLetters = { opened: [], faults: [], notProven: [] };
  for (const letter of await sampleLetters(dbs.owner, Math.min(MOST_DRAWN, wanted * DRAWN_FOR_ONE))) {
    if (result.opened.length >= wanted) break;
    if ((await store.size(letter.sha256)) === null) continue;
    const object = `letter ${letter.agency} ${letter.register} ${letter.number}/${letter.year}`;
    const fault = (problem: string) => result.faults.push({ agency: letter.agency, object, problem });
    const read = await readRaw(store, letter);
    if (read.sha256 !== letter.sha256) fault('its raw bytes are not those of its entry');
    if (letter.reading === 'done' && !(await sameParts(dbs.owner, letter, read.parts)))
      result.notProven.push({
        th: `${letter.register} ${letter.number}/${letter.year}: ไฟล์แนบที่อ่านได้ในวันนี้ไม่ตรงกับที่บันทึกไว้ (อ่านไว้ด้วยโปรแกรมรุ่นก่อน) ไฟล์ที่บันทึกไว้ยังครบถ้วน`,
        en: `${letter.register} ${letter.number}/${letter.year}: its parts read today differ from those kept (an older program read them); the kept files are whole`,
      });
    const page = await getEntry(dbs.app, readerOf(letter), letter.entryId);
    if (page === null) fault('its page cannot be shown');
    else if (page.number !== letter.number || page.year !== letter.year || page.register !== letter.register)
      fault('its page shows another entry');
    result.opened.push({ agency: letter.agency, register: letter.register, year: letter.year, number: letter.number });
  }
  return result;
}

/** Whoever may see everything of the agency, classified letters too: a proof leaves nothing out. */
function readerOf(letter: SampledLetter): Officer {
  return { id: null, name: 'Saraban', peer: 'proof', agencyId: letter.agencyId, role: 'saraban', unitIds: [], appointed: true };
}

async function readRaw(store: Store, letter: SampledLetter): Promise<{ sha256: string; parts: Map<string, string> }> {
  const hash = createHash('sha256');
  const read = await readMessage(hashed(store.stream(letter.sha256), hash), {
    fallbackCharset: FALLBACK_CHARSET,
    limits: DEFAULT_LIMITS,
    openPart: () => partHash(),
  });
  return { sha256: hash.digest('hex'), parts: new Map(read.parts.map(part => [part.path, part.sha256])) };
}

async function* hashed(source: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

function partHash() {
  const hash = createHash('sha256');
  let size = 0;
  return {
    write(chunk: Uint8Array) {
      hash.update(chunk);
      size += chunk.length;
    },
    end: () => ({ sha256: hash.digest('hex'), size }),
  };
}

async function sameParts(db: Database, letter: SampledLetter, parts: Map<string, string>): Promise<boolean> {
  return (await selectAttachments(db, letter)).every(({ path, sha256 }) => parts.get(path) === sha256);
}
