/** The table of all commands: name, words for help, and the file that does it. A new command is a file of its own and one entry here. */
import type { Command } from './command.ts';

export const COMMANDS: Record<string, Command> = {
  start: {
    usage: '[--only gateway,web,worker]',
    th: 'เริ่มระบบ (ฐานข้อมูล รับจดหมาย เว็บ และงานเบื้องหลัง)',
    en: 'Start everything: database, mail, web and background work',
    load: async () => (await import('./start.ts')).start,
  },
  doctor: {
    usage: '',
    th: 'ตรวจว่าเครื่องและการตั้งค่าพร้อมใช้งาน และบอกวิธีแก้',
    en: 'Check the machine and the settings, and say what to do',
    load: async () => (await import('./doctor.ts')).doctor,
  },
};
