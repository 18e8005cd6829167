/**
 * Key and certificate for STARTTLS: from files where the operator has them, else a certificate of our own that is made once and kept.
 * Senders use STARTTLS opportunistically (RFC 3207): a certificate nobody signed still keeps the letter from passive eyes.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../register/failure.ts';

export interface TlsFiles {
  key: string;
  cert: string;
}

/**
 * @param files - paths of PEM files, or null for a certificate of our own under `<data>/tls`
 * @throws Failure `tls-unreadable` when the files named cannot be read
 */
export async function loadTls(dataFolder: string, files: TlsFiles | null, hostName: string): Promise<TlsFiles> {
  if (files !== null) {
    try {
      return { key: await readFile(files.key, 'utf8'), cert: await readFile(files.cert, 'utf8') };
    } catch (error) {
      throw new Failure({
        code: 'tls-unreadable',
        temporary: false,
        message: `cannot read ${files.key} or ${files.cert}`,
        userMessage: {
          th: `อ่านไฟล์ใบรับรอง ${files.key} หรือ ${files.cert} ไม่ได้ โปรดตรวจ SARABAN_TLS_KEY และ SARABAN_TLS_CERT`,
          en: `Cannot read ${files.key} or ${files.cert}. Check SARABAN_TLS_KEY and SARABAN_TLS_CERT.`,
        },
        cause: error,
      });
    }
  }
  const folder = join(dataFolder, 'tls');
  const paths = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') };
  const kept = await Promise.all([readFile(paths.key, 'utf8'), readFile(paths.cert, 'utf8')]).catch(() => null);
  if (kept !== null) return { key: kept[0], cert: kept[1] };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Loaded only now: it is large, and needed once in the life of an appliance.
  const { generate } = await import('selfsigned');
  const notAfterDate = new Date();
  notAfterDate.setFullYear(notAfterDate.getFullYear() + 10);
  const made = await generate([{ name: 'commonName', value: hostName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate,
  });
  // The certificate last and by rename: a start that was cut off in between makes both anew.
  await writeFile(paths.key, made.private, { mode: 0o600 });
  await writeFile(`${paths.cert}.new`, made.cert, { mode: 0o600 });
  await rename(`${paths.cert}.new`, paths.cert);
  return { key: made.private, cert: made.cert };
}
