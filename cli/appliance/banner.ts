/** What a person sees when the appliance is up: where to write, where to look, how to get in, where things lie. */
import type { Settings } from '../../config/settings.ts';

export type FirstSignIn = { user: string; password: string };

export type BannerFacts = {
  settings: Settings;
  smtpPort: number;
  webUrl: string;
  /** Shown once, at the very first start; the password only when it was made up. */
  firstSignIn: FirstSignIn | null;
  /** Where the log goes when it is not on this terminal. */
  logFile: string | null;
};

/** The lines of the banner. */
export function banner({ settings, smtpPort, webUrl, firstSignIn, logFile }: BannerFacts): string {
  const rows: [string, string][] = [
    ['ส่งหนังสือมาที่ · Write to', `${settings.address}  (SMTP ${settings.host}:${smtpPort})`],
    ['เปิดทะเบียนที่ · Open', webUrl],
  ];
  if (firstSignIn !== null) {
    rows.push(['เข้าระบบครั้งแรก · First sign-in', `${firstSignIn.user} / ${firstSignIn.password}`]);
    rows.push(['', 'แสดงครั้งเดียว โปรดจดไว้ · shown only now: write it down']);
  }
  rows.push(['ข้อมูลเก็บที่ · Data', settings.databaseUrl === null ? settings.data : `${settings.data} + PostgreSQL`]);
  if (settings.relay.kind === 'capture')
    rows.push(['จดหมายออก · Mail out', 'เก็บไว้ในเครื่อง ไม่ส่งออก · kept here, nothing leaves (SARABAN_RELAY)']);
  if (logFile !== null) rows.push(['บันทึกการทำงาน · Log', logFile]);
  return [
    '',
    'Saraban พร้อมใช้งาน · is ready',
    ...rows.map(([label, value]) => `  ${padded(label)}${value}`),
    '  หยุด · Stop: Ctrl-C',
    '',
  ].join('\n');
}

// Thai vowels and tone marks above and below take no column of their own.
function padded(label: string): string {
  const columns = label.replace(/\p{Mn}/gu, '').length;
  return label + ' '.repeat(Math.max(1, 34 - columns));
}
