/** One proof: what it works with, and what it has found so far. prove.ts and prove-sealed.ts fill it, certificate.ts writes it down. */
import type { ConnectionOptions, Database } from '../../register/db/connect.ts';
import type { Jobs } from '../../register/jobs/jobs.ts';
import type { CertificateData } from '../../register/print/data.ts';
import type { SecretBox } from '../../register/seal/secret-box.ts';
import type { Store } from '../../register/store/folder.ts';
import type { Place } from '../place/place.ts';
import type { CopyFault } from '../restore/fault.ts';
import type { Finding, ProofFindings, Unproven } from './findings.ts';
import { packOfObject } from './packs-tonight.ts';
import type { CopyRow } from './queries.ts';

export interface ProveContext {
  /** The live database, as its owner. */
  db: Database;
  /** The live database, as the application: certificates are written in each agency. */
  app: Database;
  jobs: Pick<Jobs, 'enqueue'>;
  /** The live store: certificates are kept there. */
  store: Store;
  /** What opens the copies; null where the key is held elsewhere. */
  identities: string[] | null;
  /** Opens the appliance's signing key. */
  box: SecretBox;
  now: () => Date;
  /** Of the program. */
  version: string;
  log: { info(facts: object, text: string): void; warn(facts: object, text: string): void; error(facts: object, text: string): void };
  /** The data folder: what is fetched without being opened lies below it for a while. */
  data: string;
  /** A database and a folder for the proof alone (cli/scratch-database.ts). */
  openScratch(): Promise<{ connection: ConnectionOptions; folder: string; close(): Promise<void> }>;
  /** As settings.backup.proofBytes and .proofLetters. */
  proof: { bytes: number | null; letters: number };
  /** register/print; null: certificates are JSON alone. */
  printCertificate: ((data: CertificateData) => Promise<Buffer>) | null;
}

/** What one proof has found so far. */
export class Run {
  readonly context: ProveContext;
  readonly copy: CopyRow;
  readonly place: Place;
  readonly findings: ProofFindings;
  readonly wholePacks = new Set<string>();
  readonly damagedPacks = new Set<string>();
  /** The place could not be asked: nothing is said of what lies there. */
  away = false;

  constructor(context: ProveContext, copy: CopyRow, place: Place, began: Date) {
    this.context = context;
    this.copy = copy;
    this.place = place;
    this.findings = {
      copyId: copy.id,
      cutAt: copy.cutAt.toISOString(),
      place: { name: place.name, label: place.label },
      beganAt: began.toISOString(),
      provenAt: began.toISOString(),
      outcome: 'failed',
      manifestSha256: copy.manifestSha256,
      signedBy: '',
      durations: { fetchMs: 0, restoreMs: 0, verifyMs: 0, openMs: 0 },
      timeToRestoreMs: null,
      fetched: { packs: 0, blobs: 0, bytes: 0 },
      oldestProofOfRest: null,
      expected: null,
      found: null,
      agencies: [],
      series: [],
      closedDays: [],
      opened: [],
      versions: { program: context.version, postgres: '', proofPostgres: null },
      notProven: [],
      faults: [],
    };
  }

  addFaults(faults: CopyFault[], away = false): void {
    const seen = new Set(this.findings.faults.map(fault => `${fault.object} ${fault.problem}`));
    for (const { object, problem } of faults) {
      if (seen.has(`${object} ${problem}`)) continue;
      this.findings.faults.push({ agency: null, object, problem });
      const pack = packOfObject(object);
      if (pack !== null && !away) this.damagedPacks.add(pack);
    }
    if (away) this.away = true;
  }

  addFindings(faults: Finding[]): void {
    this.findings.faults.push(...faults);
  }

  leaveUnproven(what: Unproven): void {
    this.findings.notProven.push(what);
  }

  /** Measures a step, also of one that throws. */
  async timed<T>(step: keyof ProofFindings['durations'], work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    try {
      return await work();
    } finally {
      this.findings.durations[step] += Math.round(performance.now() - from);
    }
  }
}
