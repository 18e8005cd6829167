/**
 * The courier of a machine that sends nothing (SARABAN_RELAY=capture): mails are kept as files under <data>/outbox/<agency>/<mail id>.eml,
 * byte for byte as they would have gone out. The outbox page shows them from the blob store; the files are for people and tests.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { storeFailure, syncFolder } from '../../register/store/folder.ts';
import type { Courier, Outgoing } from './courier.ts';

/** @param data - the data folder */
export function captureCourier(data: string): Courier {
  const outbox = join(data, 'outbox');
  const fileOf = (mail: Pick<Outgoing, 'id' | 'agencyId'>) => join(outbox, String(mail.agencyId), `${mail.id}.eml`);

  return {
    async deliver(mail, gate) {
      const file = fileOf(mail);
      const unfinished = `${file}.part`;
      try {
        await mkdir(join(outbox, String(mail.agencyId)), { recursive: true, mode: 0o700 });
        await pipeline(mail.open(), createWriteStream(unfinished, { mode: 0o600 }));
        const handle = await open(unfinished, 'r+');
        await handle.sync().finally(() => handle.close());
      } catch (error) {
        throw storeFailure(error, outbox);
      }
      if (!(await gate())) {
        await unlink(unfinished).catch(() => {});
        return { outcome: 'shut' };
      }
      try {
        await rename(unfinished, file);
        await syncFolder(join(outbox, String(mail.agencyId)));
      } catch (error) {
        throw storeFailure(error, outbox);
      }
      return { outcome: 'sent', reply: '250 kept in the outbox of this machine' };
    },
    async whatBecameOf(mail) {
      return (await stat(fileOf(mail)).catch(() => null)) === null ? 'not-sent' : 'sent';
    },
  };
}
