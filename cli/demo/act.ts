/**
 * What the demo's officers do with the letters, so that the register shows every state: some confirmed and some not, routed with an
 * instruction and a due date, closed by a unit, cancelled as a duplicate. Each act goes through register/act as a page's press would.
 */
import { confirmFacts } from '../../register/act/amend.ts';
import { cancelEntry } from '../../register/act/cancel.ts';
import { confirmEntry } from '../../register/act/confirm.ts';
import { decideDuplicate } from '../../register/act/duplicate.ts';
import { routeEntry } from '../../register/act/route.ts';
import { closeRoute, confirmRoute, noteRoute } from '../../register/act/unit-route.ts';
import { getEntry } from '../../register/look/entry.ts';
import type { EntryDetail, RouteDetail } from '../../register/look/entry-row.ts';
import { getMessage } from '../../register/look/messages.ts';
import type { AccountRow, UnitRow } from '../../register/look/office.ts';
import type { ActOutcome, Officer, RegisterContext } from '../../register/officer.ts';
import type { SentLetter } from './send.ts';

export type DemoActs = {
  register: RegisterContext;
  /** The central officer. */
  officer: Officer;
  units: UnitRow[];
  /** Officers of units who may act here: the demo's own. */
  accounts: AccountRow[];
  sent: SentLetter[];
  say(line: string): void;
};

const DAY_MS = 24 * 60 * 60 * 1000;

/** Acts on what is there: a letter that was refused, or that somebody has just taken in hand, is passed over. */
export async function actOnLetters(demo: DemoActs): Promise<void> {
  for (const key of ['dla-1590', 'phayao-4471', 'somying', 'pea-11']) {
    const entry = await entryOf(demo, key);
    if (entry !== null) say(demo, entry, 'ยืนยันการรับ confirmed', await confirmEntry(demo.register, demo.officer, { entryId: entry.id }));
  }
  await confirmAndRoute(demo, 'college-451', 'education', 'โปรดพิจารณารับนักศึกษาฝึกงานและเสนอความเห็น');
  await closeByUnit(demo, 'somying', 'engineering', 'ช่างไฟฟ้าเปลี่ยนหลอดและซ่อมสายแล้ว แจ้งผู้ร้องทางโทรศัพท์แล้ว');
  await confirmByUnit(demo, 'pea-11', 'finance');
  await cancelDuplicate(demo, 'cgd-88');
}

async function confirmAndRoute(demo: DemoActs, key: string, unitCode: string, instruction: string): Promise<void> {
  const entry = await entryOf(demo, key);
  if (entry === null) return;
  const { register, officer } = demo;
  if (Object.keys(entry.guesses).length > 0)
    say(demo, entry, 'ยืนยันข้อมูลที่อ่านได้ facts confirmed', await confirmFacts(register, officer, { entryId: entry.id }));
  say(demo, entry, 'ยืนยันการรับ confirmed', await confirmEntry(register, officer, { entryId: entry.id }));
  await route(demo, entry, unitCode, instruction);
}

async function route(demo: DemoActs, entry: EntryDetail, unitCode: string, instruction: string): Promise<void> {
  const unit = unitFor(demo, unitCode);
  if (unit === null) return;
  const dueOn = new Date(demo.register.now().getTime() + 7 * DAY_MS).toISOString().slice(0, 10);
  const recipients = [{ unitId: unit.id, purpose: 'action' as const }];
  const outcome = await routeEntry(demo.register, demo.officer, { entryId: entry.id, recipients, instruction, dueOn });
  say(demo, entry, `ส่งต่อ routed → ${unit.nameTh}, ภายใน by ${dueOn}`, outcome);
}

/** The route a unit acts on; made first when no rule has. */
async function openRoute(demo: DemoActs, key: string, unitCode: string): Promise<{ entry: EntryDetail; route: RouteDetail } | null> {
  const open = (entry: EntryDetail) => entry.routes.find(one => one.purpose === 'action' && ['waiting', 'confirmed'].includes(one.state));
  let entry = await entryOf(demo, key);
  if (entry === null) return null;
  if (open(entry) === undefined) await route(demo, entry, unitCode, 'โปรดดำเนินการ');
  entry = await entryOf(demo, key);
  const found = entry === null ? undefined : open(entry);
  return entry === null || found === undefined ? null : { entry, route: found };
}

async function confirmByUnit(demo: DemoActs, key: string, unitCode: string): Promise<{ entry: EntryDetail; route: RouteDetail } | null> {
  const found = await openRoute(demo, key, unitCode);
  if (found === null) return null;
  const { entry, route } = found;
  const outcome = await confirmRoute(demo.register, officerOfUnit(demo, route), { routeId: route.id });
  say(demo, entry, `${route.unitNameTh} ลงรับแล้ว received by the unit`, outcome);
  return outcome.outcome === 'done' ? found : null;
}

async function closeByUnit(demo: DemoActs, key: string, unitCode: string, note: string): Promise<void> {
  const found = await confirmByUnit(demo, key, unitCode);
  if (found === null) return;
  const { entry, route } = found;
  const officer = officerOfUnit(demo, route);
  await noteRoute(demo.register, officer, { routeId: route.id, note: 'มอบช่างไฟฟ้าออกตรวจสอบหน้างาน' });
  const outcome = await closeRoute(demo.register, officer, { routeId: route.id, note, answered: true });
  say(demo, entry, `${route.unitNameTh} ดำเนินการแล้วเสร็จ closed by the unit`, outcome);
}

async function cancelDuplicate(demo: DemoActs, key: string): Promise<void> {
  const [, second] = demo.sent.filter(letter => letter.key === key);
  const entry = second === undefined ? null : await entryOfMessage(demo, second.messageId);
  if (entry?.duplicateOf == null) return;
  const { register, officer } = demo;
  const earlier = `${entry.duplicateOf.number}/${entry.duplicateOf.year}`;
  await decideDuplicate(register, officer, { entryId: entry.id, decision: 'link' });
  const outcome = await cancelEntry(register, officer, { entryId: entry.id, reason: `ซ้ำกับเลขทะเบียนรับ ${earlier}` });
  say(demo, entry, `ยกเลิก ซ้ำกับ ${earlier} · cancelled as a duplicate`, outcome);
}

async function entryOf(demo: DemoActs, key: string): Promise<EntryDetail | null> {
  return await entryOfMessage(demo, demo.sent.find(letter => letter.key === key)?.messageId ?? null);
}

async function entryOfMessage({ register, officer }: DemoActs, messageId: string | null): Promise<EntryDetail | null> {
  const message = messageId === null ? null : await getMessage(register.db, officer, messageId);
  return message?.entryId == null ? null : await getEntry(register.db, officer, message.entryId);
}

/** The unit of this code; in an agency that has other units, its first. */
function unitFor({ units }: DemoActs, code: string): UnitRow | null {
  return units.find(unit => unit.code === code) ?? units[0] ?? null;
}

// A real officer's name must not stand under what the demo did: where the unit has no demo account, nobody's account acts.
function officerOfUnit({ officer, accounts }: DemoActs, route: RouteDetail): Officer {
  const account = accounts.find(one => one.unitIds.includes(route.unitId));
  const name = account?.name ?? `เจ้าหน้าที่${route.unitNameTh} (ตัวอย่าง)`;
  return { ...officer, id: account?.id ?? null, name, role: 'unit', unitIds: [route.unitId] };
}

function say(demo: DemoActs, entry: EntryDetail, what: string, { outcome }: ActOutcome): void {
  demo.say(`  ${entry.number}/${entry.year}  ${outcome === 'done' ? what : `ข้าม passed over (${outcome})`}`);
}
