import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type Listing, listZip, mayBeZip, startsAsZip } from './zip-listing.ts';

function list(bytes: Uint8Array): Listing {
  const all = Buffer.from(bytes);
  return listZip((offset, length) => all.subarray(offset, offset + length), all.length, 'windows-874');
}

type Raw = { name: string | Buffer; data?: string; flags?: number; size?: number; packed?: number; localName?: string; extra?: Buffer };

/** A ZIP of stored files, byte by byte, so that it can lie. */
function rawZip(files: Raw[], change: { count?: number; prefix?: Buffer } = {}): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, data = 'data', flags = 0, size, packed, localName, extra = Buffer.alloc(0) } of files) {
    const raw = Buffer.from(name);
    const inner = localName === undefined ? raw : Buffer.from(localName);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(flags, 6);
    local.writeUInt32LE(packed ?? data.length, 18);
    local.writeUInt32LE(size ?? data.length, 22);
    local.writeUInt16LE(inner.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt32LE(packed ?? data.length, 20);
    entry.writeUInt32LE(size ?? data.length, 24);
    entry.writeUInt16LE(raw.length, 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, inner, Buffer.from(data));
    entries.push(entry, raw, extra);
    offset += 30 + inner.length + data.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(change.count ?? files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([change.prefix ?? Buffer.alloc(0), ...locals, directory, end]);
}

const FINE = { encrypted: false, escapes: false, doubtful: false, folder: false, nameGuessed: false };

describe('listZip', () => {
  it('lists names and sizes of what a packer wrote, Thai names and folders among them', () => {
    const zip = zipSync({ 'งบ/': new Uint8Array(), 'งบ/รายงาน.txt': strToU8('ก'.repeat(1000)), 'a.bin': [strToU8('12345'), { level: 0 }] });
    const { state, files, more } = list(zip);
    expect([state, more]).toEqual(['listed', 0]);
    expect(files[0]).toMatchObject({ ...FINE, name: 'งบ/', folder: true });
    expect(files[1]).toMatchObject({ ...FINE, name: 'งบ/รายงาน.txt', size: 3000 });
    expect(files[1]?.packed).toBeLessThan(100);
    expect(files[2]).toEqual({ ...FINE, name: 'a.bin', size: 5, packed: 5 });
  });

  it('reads names without the UTF-8 mark in the Thai charset, and says that it guessed; UTF-8 without its mark is UTF-8', () => {
    const unicode = Buffer.concat([Buffer.from([0x75, 0x70, 14, 0, 1, 0, 0, 0, 0]), Buffer.from('ค.txt')]);
    unicode.writeUInt16LE(unicode.length - 4, 2);
    const { files } = list(
      rawZip([{ name: Buffer.from([0xcb, 0xb9, 0xd1, 0xa7, 0xca, 0xd7, 0xcd]) }, { name: 'ข.txt' }, { name: 'x', extra: unicode }]),
    );
    expect(files.map(file => file.name)).toEqual(['หนังสือ', 'ข.txt', 'ค.txt']);
    expect(files[0]?.nameGuessed).toBe(true);
  });

  it('marks encrypted files, and names that would leave the folder or hide their ending', () => {
    const names = ['../../etc/passwd', '/etc/x', 'C:\\x', 'a\\..\\b', 'a..b/c', 'x\u202efdp.exe', 'bad\u0000.txt'];
    const { files } = list(rawZip([{ name: 'secret.pdf', flags: 1 }, ...names.map(name => ({ name, flags: 0x800 }))]));
    expect(files[0]).toMatchObject({ encrypted: true, doubtful: false });
    expect(files.slice(1).map(file => file.escapes)).toEqual([true, true, true, true, false, false, true]);
    expect(files.map(file => file.name).slice(6)).toEqual(['x\ufffdfdp.exe', 'bad\ufffd.txt']);
  });

  it('doubts sizes that cannot be, and a head that says another name', () => {
    const { files } = list(
      rawZip([
        { name: 'bomb', size: 4_000_000_000 },
        { name: 'beyond', packed: 1_000_000, size: 1_000_000 },
        { name: 'invoice.pdf', localName: 'invoice.exe' },
        { name: 'good' },
      ]),
    );
    expect(files.map(file => file.doubtful)).toEqual([true, true, true, false]);
  });

  it('lists a thousand of more and counts the rest; a count that lies is a broken archive', () => {
    const many = list(rawZip(Array.from({ length: 1500 }, (_, index) => ({ name: `${index}.txt` }))));
    expect([many.state, many.files.length, many.more]).toEqual(['listed', 1000, 500]);
    expect(list(rawZip([{ name: 'a' }], { count: 3 }))).toMatchObject({ state: 'broken', more: 2, files: [{ name: 'a' }] });
  });

  it('finds an archive behind a program', () => {
    expect(list(rawZip([{ name: 'a' }], { prefix: Buffer.alloc(5000, 'MZ') }))).toMatchObject({
      state: 'listed',
      files: [{ doubtful: false }],
    });
  });

  it('bears every cut and every changed byte', () => {
    const zip = rawZip([{ name: 'a' }, { name: 'b', flags: 1 }]);
    for (let length = 0; length < zip.length; length++) expect(list(zip.subarray(0, length)).state).toBe('broken');
    for (let at = 0; at < zip.length; at++) {
      const changed = Buffer.from(zip);
      changed[at] = 0xff;
      expect(list(changed).files.length).toBeLessThanOrEqual(2);
    }
  });
});

describe('which parts are archives', () => {
  it('goes by type and name, and leaves office files alone', () => {
    expect(mayBeZip('application/x-zip-compressed', null)).toBe(true);
    expect(mayBeZip('application/octet-stream', 'งบ.ZIP')).toBe(true);
    expect(mayBeZip('application/zip', 'letter.docx')).toBe(false);
    expect(mayBeZip('application/pdf', 'a.pdf')).toBe(false);
    expect(startsAsZip(Buffer.from('PK\u0003\u0004'))).toBe(true);
    expect(startsAsZip(Buffer.from('PK'))).toBe(false);
  });
});
