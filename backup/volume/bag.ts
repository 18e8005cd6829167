/**
 * BagIt 1.0 (RFC 8493): the tag files around a payload. The payload's manifest grows in a spool while the files go in; the tag files come last, when
 * everything is known. Any archive's tools check such a bag; `sha256sum -c manifest-sha256.txt` does, too.
 */
import type { HashedTar, Listed, Spool } from '../hashed-tar.ts';

export interface BagInfo {
  /** In the order they are written. Values are one line each (section 2.2.2); a name may come twice. */
  fields: [name: string, value: string][];
}

export class Bag {
  /** Put before every path of the archive: a bag lies in one folder (section 4). */
  readonly base: string;
  private readonly tar: HashedTar;
  private readonly manifest: Spool;
  private octets = 0;
  private streams = 0;

  private constructor(tar: HashedTar, base: string, manifest: Spool) {
    this.tar = tar;
    this.base = `${base}/`;
    this.manifest = manifest;
  }

  static async open(tar: HashedTar, name: string): Promise<Bag> {
    return new Bag(tar, name, await tar.openSpool());
  }

  /** Told of every file of the payload once it is in the archive. */
  async listed(file: Listed): Promise<void> {
    this.octets += file.size;
    this.streams++;
    // Line ends and '%' within a name are the only ones to be escaped (section 2.1.3).
    const path = file.path.slice(this.base.length).replaceAll('%', '%25').replaceAll('\n', '%0A').replaceAll('\r', '%0D');
    await this.manifest.write(`${file.sha256}  ${path}\n`);
  }

  /** 'octets.streams' (section 2.2.2). */
  get oxum(): string {
    return `${this.octets}.${this.streams}`;
  }

  /** Writes the tag files. Nothing may be added afterwards. @returns SHA-256 of the payload's manifest: it names the volume */
  async finish(info: BagInfo): Promise<{ manifestSha256: string; oxum: string; files: number; bytes: number }> {
    const tags: Listed[] = [];
    tags.push(await this.tar.addBytes(`${this.base}bagit.txt`, 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n'));
    const fields = [...info.fields, ['Payload-Oxum', this.oxum]];
    const text = fields.map(([name, value]) => `${name}: ${value?.replaceAll(/\s+/g, ' ').trim()}\n`).join('');
    tags.push(await this.tar.addBytes(`${this.base}bag-info.txt`, text));
    const manifest = await this.tar.addSpool(`${this.base}manifest-sha256.txt`, this.manifest);
    tags.push(manifest);
    const lines = tags.map(tag => `${tag.sha256}  ${tag.path.slice(this.base.length)}\n`).join('');
    await this.tar.addBytes(`${this.base}tagmanifest-sha256.txt`, lines);
    return { manifestSha256: manifest.sha256, oxum: this.oxum, files: this.streams, bytes: this.octets };
  }

  async discard(): Promise<void> {
    await this.manifest.discard();
  }
}
