/** What the web is handed by whoever starts it (cli), and hands on to its pages. */

import type { BackupSettings } from '../config/backup-settings.ts';
import type { UserMessage } from '../register/failure.ts';
import type { Jobs } from '../register/jobs/jobs.ts';
import type { Officer, RegisterContext } from '../register/officer.ts';
import type { Printer } from '../register/print/print.ts';
import type { SecretBox } from '../register/seal/secret-box.ts';

/** JSON lines. Fields never hold a letter's content, a password or a session. */
export interface WebLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** The settings that the web needs; config/settings.ts has them all. */
export interface WebSettings {
  /** Address to listen on. */
  host: string;
  /** 0: any free port. */
  webPort: number;
  /** How people reach it from outside, without a slash at the end. https makes the cookie Secure. */
  webUrl: string;
  /** The data folder; the web keeps the key of its cookies there. */
  data: string;
  /** CIDR networks of the agency: /metrics is open to them, and their proxies are believed. Loopback always is. */
  ownNetworks: string[];
  /** What the pages say of the copies in other places; they hand none of it to an agency. */
  backup?: Pick<BackupSettings, 'places' | 'at' | 'maxAgeHours'>;
  /** The timestamp authority; null when none is set. */
  timestampUrl?: string | null;
}

/** A place of the settings. */
export interface CopyPlace {
  /** As copy_at_place has it. */
  name: string;
  /** On another disk or machine, as far as can be told. */
  elsewhere: boolean;
}

/** How a mailbox elsewhere answered. */
export interface MailboxTried {
  problem: UserMessage | null;
  idle: boolean;
  /** Mails in the folder. */
  mails: number;
  /** Folders that will be made. */
  missing: string[];
  /** Null when it has no server for sending, '' when that can be used, else what it said. */
  sending: string | null;
}

/** Whether the appliance can take and show letters now; one line a part, for /healthz. */
export interface Readiness {
  ready: boolean;
  parts: Record<string, { ready: boolean; detail: string }>;
}

export interface WebContext extends RegisterContext {
  jobs: Pick<Jobs, 'enqueue' | 'waiting'>;
  settings: WebSettings;
  log: WebLog;
  /** Forms as PDF/A; starts its process with the first one. Whoever made it closes it. */
  printer: Printer;
  readiness(): Promise<Readiness>;
  /** Opens the agencies' signing keys; without it no evidence can be taken. */
  box?: SecretBox | null;
  /** Tries a mailbox elsewhere; null when there is none of this id. Without it the page says which command does. */
  tryMailbox?(officer: Officer, mailboxId: string): Promise<MailboxTried | null>;
  /** The places of copies that are set; asked for by the pages about copies alone. Without it, those of the settings are believed to be elsewhere. */
  copyPlaces?(): Promise<CopyPlace[]>;
}
