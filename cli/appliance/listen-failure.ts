/** Turns what the system says about a port or an address into one sentence that says what to do. */
import { Failure } from '../../register/failure.ts';

type ListenError = NodeJS.ErrnoException & { address?: string; port?: number };

const WORDS: Record<string, (at: string) => { th: string; en: string }> = {
  EADDRINUSE: at => ({
    th: `${at} มีโปรแกรมอื่นใช้อยู่แล้ว โปรดหยุดโปรแกรมนั้น หรือเปลี่ยนพอร์ตใน SARABAN_SMTP_PORT, SARABAN_LMTP_PORT หรือ SARABAN_WEB_PORT`,
    en: `${at} is taken by another program: stop that one, or choose another SARABAN_SMTP_PORT, SARABAN_LMTP_PORT or SARABAN_WEB_PORT.`,
  }),
  EACCES: at => ({
    th: `ผู้ใช้นี้ไม่มีสิทธิ์เปิด ${at} โปรดใช้พอร์ตตั้งแต่ 1024 ขึ้นไป หรือให้สิทธิ์ CAP_NET_BIND_SERVICE`,
    en: `This user may not open ${at}: choose a port from 1024 on, or grant CAP_NET_BIND_SERVICE.`,
  }),
  EADDRNOTAVAIL: at => ({
    th: `เครื่องนี้ไม่มีที่อยู่ ${at} โปรดแก้ SARABAN_HOST (127.0.0.1 เฉพาะเครื่องนี้ หรือ 0.0.0.0 ทุกที่อยู่)`,
    en: `This machine has no address ${at}: change SARABAN_HOST (127.0.0.1 for this machine alone, 0.0.0.0 for all its addresses).`,
  }),
};

/** A Failure for an error of `listen(2)`; anything else comes back as it is. */
export function asListenFailure(error: unknown): unknown {
  const { code = '', syscall, address, port } = (error ?? {}) as ListenError;
  const words = WORDS[code];
  if (error instanceof Failure || !words || (syscall !== 'listen' && syscall !== 'bind')) return error;
  const at = port === undefined ? (address ?? 'a port') : `${address ?? ''}:${port}`;
  return new Failure({
    code: 'port-taken',
    temporary: false,
    message: `cannot listen on ${at} (${code})`,
    userMessage: words(at),
    cause: error,
  });
}
