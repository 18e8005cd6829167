/**
 * The check: files in, a report out. It reads nothing but what it is handed and asks nobody. cli.js and page.js show what it says.
 */
import { shown } from './bytes.js';
import { checkSealedDays } from './days.js';
import { checkEvidence, checkStanding } from './evidence.js';
import { gather, useAll } from './files.js';
import { checkReceipt, filesOfMail, readReceipt } from './receipt.js';
import { Report } from './report.js';
import { plainFingerprint } from './signature.js';
import { judgeStamp } from './stamp.js';
import { checkList, checkStatement, filesOfCertificate, isList } from './statement.js';
import { Vouchers } from './vouch.js';
import { bookEn, bookTh } from './words.js';

/**
 * @param given - [{ name, bytes }]; names may be paths; ZIPs are opened
 * @param fingerprints - of the keys that may have signed, as the reader was given them; none: they are only shown
 * @returns a Report (report.js)
 */
export async function check(given, { fingerprints = [] } = {}) {
  const report = new Report();
  const files = await gather(given, report);
  // The letter of a pack is evidence, whatever it carries; only what came from us is opened.
  const letters = new Set(files.filter(file => file.kind === 'evidence').map(file => `${file.folder}message.eml`));
  for (const mail of files.filter(file => file.kind === 'mail' && !letters.has(file.path))) {
    const receipt = await readReceipt(mail);
    const brought = receipt === null ? await filesOfMail(mail) : [receipt.file, ...(receipt.signature === null ? [] : [receipt.signature])];
    files.push(...brought);
    if (brought.length === 0) continue;
    mail.used = true;
    mail.receipt = true;
  }
  for (const certificate of files.filter(file => file.kind === 'certificate')) files.push(...(await filesOfCertificate(certificate)));
  const vouchers = await Vouchers.of(
    files,
    report,
    fingerprints.map(plainFingerprint).filter(text => text !== ''),
  );
  const facts = new Facts();
  const context = { files, report, vouchers, facts };
  const packs = [];
  for (const manifest of files.filter(file => file.kind === 'evidence')) packs.push(await checkEvidence(manifest, context));
  const seals = await checkSealedDays(context);
  for (const pack of packs) checkStanding(pack, seals);
  for (const receipt of files.filter(file => file.kind === 'acknowledgement')) {
    if (receipt.used) continue;
    useAll(files, receipt);
    await checkReceipt(receipt, context);
  }
  for (const file of files.filter(one => (one.kind === 'certificate' || one.kind === 'statement') && !one.used))
    checkStatement(file, context);
  for (const stamp of files.filter(file => file.kind === 'timestamp' && !file.judged)) await checkLooseStamp(stamp, context);
  for (const entry of files.filter(file => file.kind === 'entry' && !file.used)) {
    entry.used = true;
    report.section('rest').unproven('entry-alone', { name: shown(entry.path) });
  }
  for (const list of files.filter(file => isList(file) && !file.used)) checkList(list, context);
  vouchers.judgeTheRest();
  facts.judge(report);
  const rest = files.filter(file => !file.used && !file.ours && ['other', 'mail', 'zip'].includes(file.kind));
  if (rest.length > 0 || report.sections.length === 0) {
    const section = report.section('rest');
    for (const file of rest) section.open('nothing-known', { name: shown(file.path), sha256: file.sha256 });
    if (report.sections.length === 1 && !section.findings.some(finding => finding.state === 'broken')) section.unproven('nothing-to-check');
  }
  return report;
}

async function checkLooseStamp(stamp, { files, report }) {
  stamp.used = true;
  const section = report.section('timestamp', { name: shown(stamp.path) });
  await judgeStamp(section, stamp, files);
}

/** What every file says of an entry, an act or a seal: two hashes of one number mean that the register was written anew, or that somebody forged. */
class Facts {
  #known = new Map();

  note({ agency, register, year, number, hash, where }) {
    this.#add(`${agency} ${register} ${year} ${number}`, hash, where, {
      th: `${bookTh(register, year)} เลขที่ ${shown(number)}`,
      en: `${bookEn(register, year)}, number ${shown(number)}`,
    });
  }

  noteAct({ agency, register, ordinal, hash, where }) {
    this.#add(`${agency} act ${register} ${ordinal}`, hash, where, {
      th: `${bookTh(register, 0)} บันทึกการดำเนินการลำดับที่ ${shown(ordinal)}`,
      en: `${bookEn(register, 0)}, act ${shown(ordinal)}`,
    });
  }

  #add(key, hash, where, words) {
    if (typeof hash !== 'string') return;
    const one = this.#known.get(key) ?? { words, said: new Map() };
    if (!one.said.has(hash)) one.said.set(hash, []);
    one.said.get(hash).push(where);
    this.#known.set(key, one);
  }

  judge(report) {
    let section = null;
    for (const { words, said } of this.#known.values()) {
      const places = [...said.values()];
      const everywhere = [...new Set(places.flat())];
      if (everywhere.length < 2) continue;
      section ??= report.section('across');
      if (places.length > 1)
        section.broken('two-hashes', { whatTh: words.th, whatEn: words.en, a: shown(places[0][0]), b: shown(places[1][0]) });
      else if (section.findings.length < MOST_AGREEMENTS)
        section.holds('same-hashes', { whatTh: words.th, whatEn: words.en, a: shown(everywhere[0]), b: shown(everywhere[1]) });
    }
  }
}

const MOST_AGREEMENTS = 12;
