/** The table of all commands: name, words for help, and the file that does it. A new command is a file of its own and one entry here. */
import type { Command } from './command.ts';

export const COMMANDS: Record<string, Command> = {
  start: {
    usage: '[--only gateway,web,worker,night]',
    th: 'เริ่มระบบ (ฐานข้อมูล รับจดหมาย เว็บ และงานเบื้องหลัง)',
    en: 'Start everything: database, mail, web and background work',
    load: async () => (await import('./start.ts')).start,
  },
  demo: {
    usage: '[--agency CODE] [--port PORT]',
    th: 'ส่งหนังสือตัวอย่างเข้าระบบที่เปิดอยู่ เพื่อให้ดูทะเบียนจริง',
    en: 'Send sample letters to the running appliance, to see a register that lives',
    load: async () => (await import('./demo.ts')).demo,
  },
  agency: {
    usage:
      'add --code CODE --name NAME --address ADDRESS [--name-en NAME] [--phone PHONE] [--time-zone ZONE] [--admin LOGIN] | list | export CODE --to FILE|FOLDER --recipient age1…|--plain [--leave] | import FILE [--identity FILE] [--key FINGERPRINT] [--login OLD=NEW,…] [--activate] | suspend CODE | activate CODE [--never-moved]',
    th: 'เพิ่มส่วนราชการพร้อมผู้ดูแลคนแรก ดูรายการ ส่งออกทั้งหมดเพื่อย้าย นำเข้าจากระบบอื่น ระงับ หรือเปิดใช้',
    en: 'Add an agency with its first administrator, list the agencies, export one whole or import it elsewhere, suspend or activate it',
    load: async () => (await import('./agency.ts')).agency,
  },
  unit: {
    usage: 'add --code CODE --name NAME [--name-en NAME] [--email ADDRESS] [--parent CODE] [--agency CODE] | list [--agency CODE]',
    th: 'เพิ่มหน่วยงาน (กอง/สำนัก) หรือดูรายการ',
    en: 'Add a unit, or list the units',
    load: async () => (await import('./unit.ts')).unit,
  },
  user: {
    usage:
      'add --login LOGIN --name NAME --role administrator|saraban|unit|auditor [--units a,b] [--email ADDRESS] [--appointed] [--agency CODE] | list [--agency CODE] | password LOGIN',
    th: 'เพิ่มบัญชีเจ้าหน้าที่ ดูรายการ หรือตั้งรหัสผ่านใหม่',
    en: "Add an officer's account, list the accounts, or give a new password",
    load: async () => (await import('./user.ts')).user,
  },
  token: {
    usage:
      'create --name NAME --role administrator|saraban|unit|auditor [--units a,b] [--expires 2027-09-30|90d] [--agency CODE] | list [--agency CODE] | revoke ID|NAME [--agency CODE]',
    th: 'สร้าง ดู หรือยกเลิกโทเคนของโปรแกรมที่เรียกใช้ API',
    en: 'Create, list or revoke tokens of programs that use the API',
    load: async () => (await import('./token.ts')).token,
  },
  rules: {
    usage:
      'check FILE [--agency CODE] | test FILE --from ADDRESS --subject TEXT --tag TAG [--text TEXT] [--letter-number NUMBER] [--attachments a.pdf,b.jpg] [--urgency CLASS] [--circular] | test FILE --eml FILE [--tag TAG]',
    th: 'ตรวจไฟล์กฎการส่งต่อ หรือทดสอบว่ากฎใดจะส่งหนังสือไปที่ใด เพราะเหตุใด',
    en: 'Check a file of routing rules, or see which rule decides on a letter and why',
    load: async () => (await import('./rules.ts')).rules,
  },
  book: {
    usage: 'import FILE [--agency CODE] | export FILE [--agency CODE]',
    th: 'นำเข้าหรือส่งออกสมุดที่อยู่หน่วยงาน (CSV)',
    en: 'Import or export the address book of agencies (CSV)',
    load: async () => (await import('./book.ts')).book,
  },
  reread: {
    usage: '[--failed | --poor | --all] [--agency CODE]',
    th: 'อ่านหนังสือที่อ่านไม่ได้ (หรือทั้งหมด) ใหม่ เช่น หลังปรับรุ่นโปรแกรม',
    en: 'Read letters again that could not be read, or all of them, as after an update',
    load: async () => (await import('./reread.ts')).reread,
  },
  verify: {
    usage: '[--fast]',
    th: 'พิสูจน์ความครบถ้วนถูกต้องของทะเบียนและไฟล์ทั้งหมด',
    en: 'Prove the whole register and every stored file, and name what does not hold',
    load: async () => (await import('./verify.ts')).verify,
  },
  register: {
    usage: 'close-day [--day YYYY-MM-DD] [--agency CODE] | volume --year 2569 --to FILE|FOLDER [--agency CODE] [--classified] [--so-far]',
    th: 'ปิดทะเบียนประจำวันที่ถึงกำหนด หรือปิดถึงวันที่ระบุ หรือทำเล่มทะเบียนประจำปี',
    en: 'Close the days of the register that are due, or up to the day that is named; make the volume of a year',
    load: async () => (await import('./register.ts')).register,
  },
  dns: {
    usage: 'check [--agency CODE] [--host NAME]',
    th: 'ตรวจระเบียน DNS ของที่อยู่กลาง และบอกระเบียนที่ต้องประกาศ',
    en: 'Check the DNS records of the central addresses, and say what to publish',
    load: async () => (await import('./dns.ts')).dns,
  },
  imap: {
    usage:
      'test [--agency CODE] [--mailbox NAME] | add --name NAME --host HOST --login LOGIN [--address ADDRESS] [--port PORT] [--security tls|starttls|none] [--password-file FILE] [--auth oauth2 --token-endpoint URL --client-id ID [--client-secret-file FILE] [--refresh-token-file FILE] [--scope TEXT]] [--folder INBOX] [--done-folder NAME] [--failed-folder NAME] [--submission-host HOST] [--submission-port PORT] [--submission-security tls|starttls|none] [--own-sender] [--existing] [--agency CODE] | list [--agency CODE] | remove NAME [--agency CODE]',
    th: 'กล่องจดหมายภายนอก (IMAP): ทดสอบการเข้าใช้ เพิ่ม ดูรายการ หรือยกเลิก',
    en: 'Mailboxes elsewhere (IMAP): try the sign-in, add one, list or remove them',
    load: async () => (await import('./imap.ts')).imap,
  },
  restore: {
    usage:
      '--from FOLDER|REMOTE:PATH [--copy ID | --at TIME] [--identity FILE] [--key FINGERPRINT] [--to DATA] [--next receive=1290] [--yes] | --from … --agency CODE | --from … --letter receive/17/2569 [--agency CODE] (--to FOLDER | --into-store) | numbers receive=1290 [--agency CODE] | accept',
    th: 'กู้คืนทั้งระบบ หนึ่งส่วนราชการ หรือหนังสือฉบับเดียวจากสำเนา แล้วตรวจความครบถ้วน',
    en: 'Restore the whole appliance, one agency or one letter from a copy, and verify it',
    load: async () => (await import('./restore.ts')).restore,
  },
  backup: {
    usage:
      'now [--no-proof] | list | verify [--copy ID] [--place NAME] [--identity FILE] | prune [--dry-run] | forget PLACE | key [--sheet FILE.pdf] [--new]',
    th: 'ทำสำเนาทันที ดูรายการ พิสูจน์ด้วยการกู้คืนจริง ลบสำเนาเก่าตามเกณฑ์ และจัดการกุญแจของสำเนา',
    en: 'Make a copy now, list the copies, prove one by restoring it, remove old ones by the rules, see and change their key',
    load: async () => (await import('./backup.ts')).backup,
  },
  'upgrade-check': {
    usage: '[--from FOLDER|REMOTE:PATH] [--copy ID] [--identity FILE]',
    th: 'ลองปรับรุ่นด้วยสำเนาล่าสุดข้างระบบที่ใช้อยู่ แล้วบอกว่าปรับรุ่นได้หรือไม่',
    en: 'Try this program on the newest copy, beside the running appliance, and say whether the update can be done',
    load: async () => (await import('./upgrade-check.ts')).upgradeCheck,
  },
  doctor: {
    usage: '',
    th: 'ตรวจว่าเครื่องและการตั้งค่าพร้อมใช้งาน และบอกวิธีแก้',
    en: 'Check the machine and the settings, and say what to do',
    load: async () => (await import('./doctor.ts')).doctor,
  },
};
