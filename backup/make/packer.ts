/**
 * Sorts objects into packs by who lacks them: a pack goes whole to every place that lacks its objects, so its objects must lack at the same places.
 * Blobs and pieces have packers of their own, since packs of tables are removed one day and packs of letters never.
 */
import type { CopyId, ObjectRef, PackList } from '../format.ts';
import type { Place } from '../place/place.ts';
import type { CopyContext } from './context.ts';
import type { Courier } from './courier.ts';
import { type BuiltPack, openPack, PACK_BYTES, type PackWriter } from './pack-writer.ts';
import type { ProgressKeeper } from './progress.ts';
import { insertPack } from './queries.ts';

export interface Packer {
  /** @param held - the places that have it, a bit each */
  add(object: ObjectRef, held: number, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  /** Ends the packs that are begun. @returns the names of all packs made */
  finish(): Promise<string[]>;
  discard(): Promise<void>;
}

export interface PackerOptions {
  id: CopyId;
  holds: PackList['holds'];
  /** In the order of the bits of `held`. */
  places: Place[];
  staging: string;
  courier: Courier;
  progress: ProgressKeeper;
  /** Packs on their way at most, before the next is begun. */
  waiting: number;
}

export function openPacker(context: Pick<CopyContext, 'db' | 'keys' | 'signal'>, options: PackerOptions): Packer {
  const { id, holds, places, courier, progress } = options;
  const open = new Map<number, PackWriter>();
  const names: string[] = [];

  const close = async (held: number) => {
    const writer = open.get(held);
    if (writer === undefined) return;
    open.delete(held);
    const pack: BuiltPack = await writer.finish();
    await insertPack(context.db, { ...pack, copyId: id }, pack.objects);
    names.push(pack.name);
    await courier.take(
      pack,
      places.filter((_, at) => (held & (1 << at)) === 0),
      options.waiting,
    );
  };

  return {
    async add(object, held, bytes) {
      context.signal?.throwIfAborted();
      // A large object alone: who wants it back need not fetch others, and a pack stays about as large as is said.
      const alone = object.size >= PACK_BYTES;
      if (alone) await close(held);
      let writer = open.get(held);
      if (writer === undefined) {
        writer = openPack(options.staging, context.keys.recipients, holds);
        open.set(held, writer);
      }
      await writer.add(object, bytes);
      progress.packed(object.size);
      if (writer.isFull) await close(held);
    },
    async finish() {
      for (const held of [...open.keys()]) await close(held);
      return names;
    },
    async discard() {
      for (const writer of open.values()) await writer.discard();
      open.clear();
    },
  };
}
