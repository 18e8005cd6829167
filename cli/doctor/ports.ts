/** The doctor's look at the ports: free, or used by our own appliance. */
import { createServer } from 'node:net';
import type { Settings } from '../../config/settings.ts';
import { Failure } from '../../register/failure.ts';
import { asListenFailure } from '../appliance/listen-failure.ts';
import { runningAppliance } from '../appliance/lock.ts';
import type { Check } from './check.ts';

/** One check a port. While the appliance runs, the ports are its own and are not tried. */
export async function checkPorts(settings: Settings): Promise<Check[]> {
  const ports: [string, number | null][] = [
    ['SARABAN_SMTP_PORT', settings.smtpPort],
    ['SARABAN_LMTP_PORT', settings.lmtpPort],
    ['SARABAN_WEB_PORT', settings.webPort],
  ];
  const running = runningAppliance(settings.data);
  const checks: Check[] = [];
  for (const [name, port] of ports) {
    if (port === null) continue;
    if (running !== null)
      checks.push({
        name,
        state: 'good',
        th: `พอร์ต ${port} ใช้โดย Saraban (โพรเซส ${running})`,
        en: `port ${port} belongs to Saraban (process ${running})`,
      });
    else checks.push(await tryPort(name, settings.host, port));
  }
  return checks;
}

async function tryPort(name: string, host: string, port: number): Promise<Check> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen({ host, port }, resolve));
    await new Promise(resolve => server.close(resolve));
    return { name, state: 'good', th: `พอร์ต ${port} ว่าง`, en: `port ${port} is free` };
  } catch (error) {
    const failure = asListenFailure(error);
    if (failure instanceof Failure) return { name, state: 'fault', ...failure.userMessage };
    const reason = (error as Error).message;
    const remedy = { th: 'ตรวจ SARABAN_HOST', en: 'check SARABAN_HOST' };
    return {
      name,
      state: 'fault',
      th: `เปิดพอร์ต ${port} ที่ ${host} ไม่ได้ (${reason})`,
      en: `port ${port} of ${host} cannot be opened (${reason})`,
      remedy,
    };
  }
}
