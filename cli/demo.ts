/**
 * `saraban demo`: brings sample letters to the running appliance as mail servers bring them, and then acts as its officers, so that a
 * newcomer finds a register that lives. Their numbers stay in the register for good, as any letter's.
 */
import { listAccounts } from '../register/look/office.ts';
import { choiceOfPort, readArguments, textOf } from './arguments.ts';
import { type CommandContext, DONE, FAILED } from './command.ts';
import { actOnLetters } from './demo/act.ts';
import { awaitSteps } from './demo/await-steps.ts';
import { demoLetters } from './demo/letters.ts';
import { DEMO_LOGIN, prepareAgency } from './demo/prepare.ts';
import { mustListen, type SentLetter, type SmtpPort, sendLetter, smtpPortOf } from './demo/send.ts';
import { chooseAgency, officerAtTerminal, withRegister } from './with-register.ts';

const STEPS_MS = 60_000;

/** Exit 1 when nothing listens, or when not one letter was taken. */
export async function demo(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { agency: { type: 'string' }, port: { type: 'string' } });
  const settings = context.settings();
  const at = smtpPortOf(settings, choiceOfPort('--port', textOf(values, 'port')));
  await mustListen(at);
  const say = (line: string) => (context.json ? undefined : console.log(line));
  return await withRegister(settings, async register => {
    const agency = await chooseAgency(register.db, textOf(values, 'agency'));
    const officer = { ...officerAtTerminal(agency.id), name: 'เจ้าหน้าที่สารบรรณ (ตัวอย่าง)' };
    const { units, added } = await prepareAgency(register, officer, agency.code);
    for (const line of added) say(`เพิ่ม · added  ${line}`);

    const address = agency.addresses[0] ?? settings.address;
    const sent = await sendAll(at, address, register.now(), say);
    const messageIds = sent.flatMap(letter => letter.messageId ?? []);
    say('กำลังรอให้ระบบอ่าน แจ้งผลการรับ และส่งต่อ… · waiting for the letters to be read, acknowledged and routed…');
    const unfinished = await awaitSteps(register, officer, messageIds, STEPS_MS);
    if (unfinished > 0)
      context.note(
        `ยังอ่านหรือแจ้งผลการรับไม่เสร็จ ${unfinished} ฉบับ งานเบื้องหลังเปิดอยู่หรือไม่ · ${unfinished} letters are not read or not acknowledged yet: does the worker run?`,
      );

    const acts: string[] = [];
    const accounts = (await listAccounts(register.db, officer)).filter(account => account.login.startsWith(DEMO_LOGIN));
    const note = (line: string) => {
      acts.push(line.trim());
      say(line);
    };
    await actOnLetters({ register, officer, units, accounts, sent, say: note });
    context.answer(whereToLook(settings.webUrl, sent), { address, added, letters: sent, unfinished, acts });
    if (messageIds.length > 0) return DONE;
    context.note('ไม่มีหนังสือฉบับใดเข้าทะเบียน โปรดตรวจว่าที่พอร์ตนี้คือ Saraban · not one letter was registered: is it Saraban that listens there?');
    return FAILED;
  });
}

async function sendAll(at: SmtpPort, address: string, now: Date, say: (line: string) => void): Promise<SentLetter[]> {
  // Another run, another Message-ID: its letters are new ones, and not the old ones sent again.
  const run = now.getTime().toString(36);
  say(`ส่งหนังสือตัวอย่างถึง ${address} ทาง ${at.host}:${at.port} · sending sample letters`);
  const sent: SentLetter[] = [];
  for (const letter of demoLetters(address, run, now)) {
    const one = await sendLetter(at, address, letter);
    sent.push(one);
    say(`  ${one.accepted ? '✓' : '✗'} ${one.what}\n      ${one.reply}`);
  }
  return sent;
}

function whereToLook(webUrl: string, sent: SentLetter[]): string {
  const taken = sent.filter(letter => letter.accepted).length;
  return [
    '',
    `ส่งแล้ว ${taken} จาก ${sent.length} ฉบับ · ${taken} of ${sent.length} letters taken`,
    `  ${webUrl}/register   ทะเบียนหนังสือรับ · the receive register`,
    `  ${webUrl}/in-tray    กล่องงานของหน่วยงาน · what the units have to do`,
    `  ${webUrl}/held       พักไว้ตรวจ · held without a number (the top-secret one)`,
    `  ${webUrl}/notices    จดหมายแจ้ง · the bounce and the automatic reply`,
    `  ${webUrl}/outbox     จดหมายออก · the acknowledgements`,
    '  npx saraban verify   ตรวจความถูกต้องของทะเบียน · prove the register',
  ].join('\n');
}
