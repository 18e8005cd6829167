/** The key of the copies on paper, written out for forms/escrow-sheet.typ. The sheet is the key: it goes to a printer and into an envelope, and is kept nowhere else. */
import { qrSvg } from '../template/qr.ts';
import type { EscrowSheetData } from './data.ts';
import { habitsOf } from './habits.ts';
import type { FormValue } from './typst.ts';

const GROUP = 4;

export async function fillEscrowSheet(data: EscrowSheetData): Promise<FormValue> {
  const habits = habitsOf(data.agency);
  const cut = data.identity.lastIndexOf('-1') + 2;
  const secret = data.identity.slice(cut).match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? [];
  return {
    file: { raw: `กุญแจสำเนาข้อมูล ${data.agency.nameTh}` },
    agency: data.agency.nameTh,
    date: habits.date(data.at),
    // Lines of five groups: whoever types them in can find the line again.
    identity: [[data.identity.slice(0, cut)], secret.slice(0, 5), secret.slice(5, 10), secret.slice(10)].map(line => line.map(raw)),
    qr: raw(await qrSvg(data.identity)),
    recipient: raw(data.recipient),
    fingerprint: (data.keyFingerprint.match(/.{1,4}/g) ?? []).map(raw),
    places: data.places.map(place => (place.address === '' ? place.name : `${place.name}: ${place.address}`)),
  };
}

function raw(text: string): { raw: string } {
  return { raw: text };
}
