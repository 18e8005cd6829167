/**
 * Keeps the decoded parts of a letter as files named by their SHA-256, in a folder that belongs to this reading. Written at once, without
 * promises: the reading thread has nothing else to do, and so holds no bytes back. The caller moves the files into the store and syncs them there.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { PartSink, PartToKeep } from '../letter/message.ts';
import type { PartFile } from './reading-job.ts';

/** Small pieces are gathered: a part comes line by line when its encoding is broken. */
const GATHER = 128 * 1024;

export class PartFiles {
  readonly files: PartFile[] = [];
  private readonly folder: string;
  private opened = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** A sink for one part; several may be open at once, a message and the parts in it. */
  open(part: PartToKeep): PartSink {
    const temporary = join(this.folder, `part-${++this.opened}.tmp`);
    const descriptor = openSync(temporary, 'wx', 0o600);
    const hash = createHash('sha256');
    let gathered: Buffer[] = [];
    let waiting = 0;
    let size = 0;
    const flush = () => {
      for (const chunk of gathered) for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at);
      gathered = [];
      waiting = 0;
    };
    return {
      write: chunk => {
        hash.update(chunk);
        gathered.push(Buffer.from(chunk));
        waiting += chunk.length;
        size += chunk.length;
        if (waiting >= GATHER || gathered.length > 500) flush();
      },
      end: () => {
        flush();
        closeSync(descriptor);
        const sha256 = hash.digest('hex');
        const file = join(this.folder, sha256);
        if (existsSync(file)) rmSync(temporary);
        else renameSync(temporary, file);
        this.files.push({ path: part.path, file, sha256, size });
        return { sha256, size };
      },
    };
  }
}
