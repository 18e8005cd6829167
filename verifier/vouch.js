/** Signatures: each is checked once, and every file that is judged asks here who vouches for it. */
import { shown, shownTime } from './bytes.js';
import { findFile } from './files.js';
import { checkSignature, shortFingerprint } from './signature.js';

export class Vouchers {
  #signatures;
  #files;
  #report;
  #given;

  /** @param given - fingerprints that the reader was given by another way; none: the fingerprints are only shown */
  static async of(files, report, given) {
    const vouchers = new Vouchers();
    vouchers.#files = files;
    vouchers.#report = report;
    vouchers.#given = given;
    vouchers.#signatures = [];
    for (const file of files.filter(one => one.kind === 'signature')) {
      file.used = true;
      vouchers.#signatures.push({ file, result: await checkSignature(file.json), asked: false });
    }
    return vouchers;
  }

  /**
   * Says in the section who signed the file.
   * @param agency - code of the agency that must have signed; '' for any
   * @param unsigned - 'broken' or 'unproven': how bad it is that nobody did
   * @returns the signature's { fingerprint, at, agency }, or null when none holds
   */
  vouch(section, file, agency, unsigned) {
    const own = this.#signaturesOf(file);
    if (own.length === 0) {
      section[unsigned]('unsigned', { name: shown(file.name) });
      return null;
    }
    let good = null;
    for (const signature of own) {
      signature.asked = true;
      const { result } = signature;
      const data = {
        name: shown(file.name),
        by: shown(signature.file.name),
        agency: shown(result.agency),
        at: shownTime(result.at),
        fingerprint: shortFingerprint(result.fingerprint),
      };
      if (!result.ok) section.broken(`signature-${result.why}`, data);
      else if (result.sha256 !== file.sha256 || result.size !== file.size)
        section.broken('signature-of-other', { ...data, signed: shown(result.name) });
      else if (agency !== '' && result.agency !== agency)
        section.broken('signature-of-other-agency', { ...data, agency: shown(agency), other: shown(result.agency) });
      else if (this.#given.length > 0 && !this.#given.includes(result.fingerprint)) section.broken('key-other', data);
      else {
        section.holds(this.#given.length > 0 ? 'signed-by-given' : 'signed', data);
        good = result;
      }
      this.#noteKey(result, file);
    }
    return good;
  }

  #signaturesOf(file) {
    const byBytes = this.#signatures.filter(one => one.result.sha256 === file.sha256);
    if (byBytes.length > 0)
      return byBytes.filter((one, _, all) => one.file.folder === file.folder || !all.some(other => other.file.folder === file.folder));
    // By its name in the folder; but in a loose heap of several days, where names say little, not one whose own file lies here too.
    return this.#signatures.filter(
      one =>
        one.file.folder === file.folder &&
        one.result.name === file.name &&
        (file.folder !== '' || !this.#files.some(other => other.sha256 === one.result.sha256)),
    );
  }

  #noteKey(result, file) {
    if (!result.ok) return;
    const known = this.#report.keys.get(result.fingerprint) ?? {
      fingerprint: result.fingerprint,
      agencies: [],
      files: 0,
      given: this.#given.includes(result.fingerprint),
    };
    if (!known.agencies.includes(result.agency)) known.agencies.push(result.agency);
    known.files += file === null ? 0 : 1;
    this.#report.keys.set(result.fingerprint, known);
  }

  /** Signatures that nobody asked for: of files that are of no format of ours, or that are not here. */
  judgeTheRest() {
    const asked = new Set(this.#signatures.filter(one => one.asked).map(one => one.file.sha256));
    for (const { file, result } of this.#signatures.filter(one => !asked.has(one.file.sha256))) {
      const section = this.#report.section('signature', { name: shown(file.path) });
      const { file: signed } = findFile(this.#files, file.folder, result.name, result.sha256);
      if (signed === null) {
        if (!result.ok) section.broken(`signature-${result.why}`, { name: shown(result.name), by: shown(file.name) });
        section.unproven('signed-missing', { name: shown(result.name), sha256: shown(result.sha256) });
        this.#noteKey(result, null);
        continue;
      }
      signed.used = true;
      this.vouch(section, signed, '', 'broken');
    }
  }
}
