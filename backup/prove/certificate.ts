/**
 * The certificates of a proof: one for each agency with its own figures only, one for the whole appliance (agency 0). JSON, signed by the appliance's key,
 * kept as a blob, printed as PDF, mailed by gateway/dispatch/send-report.ts, and named by hash in the seal of the agency's next closed day.
 *
 * The file is JSON.stringify(certificate, null, 2) and a line feed. `signature`, its last member, is of exactly that text without the member:
 *   const { signature, ...rest } = JSON.parse(file); the signed bytes are `${JSON.stringify(rest, null, 2)}\n`, named certificate.json.
 */
import { v7 as uuidv7 } from 'uuid';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { signingKey } from '../../register/seal/keys.ts';
import { checkSignature, type SignatureCheck, type SignatureFile, signFile, thingOf } from '../../register/seal/signature.ts';
import { printedCertificate } from './certificate-print.ts';
import type { Finding, OpenedLetter, ProofFindings, SeriesFinding, Unproven } from './findings.ts';
import { insertCertificate, type PrintedAgencyRow, selectAgencies, selectPreviousCertificate } from './queries.ts';
import type { ProveContext } from './run.ts';

const CERTIFICATE_FORMAT = 'saraban certificate 1';
export const CERTIFICATE_NAME = 'certificate.json';

export interface Certificate {
  format: typeof CERTIFICATE_FORMAT;
  id: string;
  scope: 'appliance' | 'agency';
  agency: { code: string; nameTh: string; nameEn: string };
  outcome: 'proven' | 'partly' | 'failed';
  copy: { id: string; cutAt: string; manifestSha256: string; signedBy: string };
  place: { name: string; label: { th: string; en: string } };
  beganAt: string;
  provenAt: string;
  durations: { fetchMs: number; restoreMs: number; verifyMs: number; openMs: number };
  /** What a restore of the whole appliance would take, by these measurements. */
  timeToRestoreMs: number | null;
  /** Of the whole appliance; null in an agency's own certificate, which says nothing of others (I9). */
  fetched: { packs: number; blobs: number; bytes: number; oldestProofOfRest: string | null } | null;
  counts: { entries: number; blobs: number; bytes: number } | null;
  /** What the restored copy had of them; null when it was not restored. Of the appliance's certificate alone. */
  found: { entries: number; blobs: number; bytes: number } | null;
  registers: SeriesFinding[];
  closedDays: { agency: string; ordinal: number; day: string; sealSha256: string }[];
  lettersOpened: OpenedLetter[];
  versions: { program: string; postgres: string; proofPostgres: string | null };
  notProven: Unproven[];
  faults: { object: string; problem: string }[];
  /** SHA-256 of the agency's certificate before this one. */
  previous: string | null;
}

/** What pages show of a certificate: certificate.summary. */
export interface CertificateSummary {
  outcome: 'proven' | 'partly' | 'failed';
  copyCutAt: string;
  entries: number;
  blobs: number;
  bytes: number;
  restoreMs: number | null;
  fetchedBlobs: number | null;
  notProven: string[];
  faults: string[];
}

// More than a page of faults helps nobody; the certificate itself holds more.
const FAULTS_IN_SUMMARY = 20;
const FAULTS_IN_CERTIFICATE = 1_000;

/** Writes a certificate for every agency and for the appliance, and queues their sending. @returns the appliance's */
export async function storeCertificates(context: ProveContext, findings: ProofFindings): Promise<Certificate> {
  const agencies = await selectAgencies(context.db);
  const known = new Set(findings.agencies.map(agency => agency.code));
  let whole: Certificate | null = null;
  for (const agency of agencies) {
    // An agency that came after the cut is not in the copy: nothing can be said to it. When nothing could be read, all are told.
    if (agency.id !== 0 && known.size > 0 && !known.has(agency.code)) continue;
    const certificate = await storeOne(context, findings, agency);
    if (agency.id === 0) whole = certificate;
  }
  if (whole === null) throw new Error('the provider has no row');
  return whole;
}

async function storeOne(context: ProveContext, findings: ProofFindings, agency: PrintedAgencyRow): Promise<Certificate> {
  const at = context.now();
  const previous = await inAgency(context.app, agency.id, THE_APPLIANCE, tx => selectPreviousCertificate(tx));
  const certificate = certificateOf(findings, agency, previous);
  const key = await inAgency(context.db, 0, THE_APPLIANCE, async tx => ({
    signing: await signingKey(tx, 0, context.box, at),
    code: (await selectAgencies(context.db)).find(one => one.id === 0)?.code ?? 'provider',
  }));
  const unsigned = certificateBytes(certificate);
  const signature = signFile(key.signing, { agencyCode: key.code, ...thingOf(CERTIFICATE_NAME, unsigned) }, at);
  const json = await context.store.put(Buffer.from(`${JSON.stringify({ ...certificate, signature }, null, 2)}\n`, 'utf8'));
  const pdf = await print(context, certificate, agency, signature, json.sha256);
  await inAgency(context.app, agency.id, THE_APPLIANCE, async tx => {
    await insertCertificate(tx, {
      id: certificate.id,
      copyId: findings.copyId,
      place: findings.place.name,
      at,
      outcome: certificate.outcome,
      summary: { ...summaryOf(certificate) },
      json,
      pdf,
    });
    await context.jobs.enqueue(tx, 'send-report', [{ report: 'certificate', agencyId: agency.id, certificateId: certificate.id }]);
  });
  return certificate;
}

/** The bytes that are signed: the certificate without its signature. */
export function certificateBytes(certificate: Certificate): Buffer {
  return Buffer.from(`${JSON.stringify(certificate, null, 2)}\n`, 'utf8');
}

/** Checks a certificate's file. @param fingerprints - keys that may have signed; null: any */
export function checkCertificate(file: Uint8Array, fingerprints: readonly string[] | null): SignatureCheck {
  try {
    const { signature, ...rest } = JSON.parse(Buffer.from(file).toString('utf8')) as Certificate & { signature: unknown };
    return checkSignature(signature, thingOf(CERTIFICATE_NAME, certificateBytes(rest)), fingerprints);
  } catch {
    return { outcome: 'not-a-signature', why: 'no certificate' };
  }
}

async function print(
  context: ProveContext,
  certificate: Certificate,
  agency: PrintedAgencyRow,
  signature: SignatureFile,
  jsonSha256: string,
): Promise<{ sha256: string; size: number } | null> {
  if (context.printCertificate === null) return null;
  try {
    return await context.store.put(
      await context.printCertificate(printedCertificate(certificate, agency, signature.key.fingerprint, jsonSha256)),
    );
  } catch (error) {
    // The JSON is the certificate; the paper must not keep it from being written.
    context.log.error(
      { agency: agency.code, problem: error instanceof Error ? error.message : String(error) },
      'a certificate could not be printed',
    );
    return null;
  }
}

/** Of the whole appliance for agency 0; else of that agency: its own figures, and the faults that are its own or everybody's. */
export function certificateOf(
  findings: ProofFindings,
  agency: Pick<PrintedAgencyRow, 'id' | 'code' | 'nameTh' | 'nameEn'>,
  previous: string | null,
): Certificate {
  const all = agency.id === 0;
  const own = <T extends { agency: string }>(rows: T[]) => (all ? rows : rows.filter(row => row.agency === agency.code));
  const faults = findings.faults.filter((fault: Finding) => all || fault.agency === null || fault.agency === agency.code);
  // What fails for another agency alone is not this one's: its own registers were restored and hold.
  const outcome = findings.outcome === 'failed' && faults.length === 0 && findings.found !== null ? 'proven' : findings.outcome;
  const plain = (text: string) => (all ? text : text.replaceAll(findings.place.name, kindOfPlace(findings.place.name).name));
  const counted = findings.agencies.find(one => one.code === agency.code);
  const counts = all
    ? findings.expected
    : counted === undefined
      ? null
      : { entries: counted.entries, blobs: counted.blobs, bytes: counted.bytes };
  return {
    format: CERTIFICATE_FORMAT,
    id: uuidv7(),
    scope: all ? 'appliance' : 'agency',
    agency: { code: agency.code, nameTh: agency.nameTh, nameEn: agency.nameEn },
    outcome,
    copy: { id: findings.copyId, cutAt: findings.cutAt, manifestSha256: findings.manifestSha256, signedBy: findings.signedBy },
    place: all ? findings.place : kindOfPlace(findings.place.name),
    beganAt: findings.beganAt,
    provenAt: findings.provenAt,
    durations: findings.durations,
    timeToRestoreMs: findings.timeToRestoreMs,
    fetched: all ? { ...findings.fetched, oldestProofOfRest: findings.oldestProofOfRest } : null,
    counts,
    found: all ? findings.found : null,
    registers: own(findings.series),
    closedDays: own(findings.closedDays),
    lettersOpened: own(findings.opened),
    versions: findings.versions,
    notProven: findings.notProven,
    faults: faults.slice(0, FAULTS_IN_CERTIFICATE).map(({ object, problem }) => ({ object: plain(object), problem: plain(problem) })),
    previous,
  };
}

/** What an agency is told of the place: a path or a remote is the provider's, and may name other things than places. */
function kindOfPlace(name: string): Certificate['place'] {
  return name.startsWith('/')
    ? { name: 'folder', label: { th: 'โฟลเดอร์ของผู้ให้บริการ', en: 'a folder of the provider' } }
    : { name: 'rclone', label: { th: 'ที่เก็บภายนอกผ่าน rclone', en: 'a remote place, by rclone' } };
}

export function summaryOf(certificate: Certificate): CertificateSummary {
  return {
    outcome: certificate.outcome,
    copyCutAt: certificate.copy.cutAt,
    entries: certificate.counts?.entries ?? 0,
    blobs: certificate.counts?.blobs ?? 0,
    bytes: certificate.counts?.bytes ?? 0,
    restoreMs: certificate.timeToRestoreMs,
    fetchedBlobs: certificate.fetched?.blobs ?? null,
    notProven: certificate.notProven.map(({ th, en }) => `${th} · ${en}`),
    faults: certificate.faults.slice(0, FAULTS_IN_SUMMARY).map(({ object, problem }) => `${object}: ${problem}`),
  };
}
