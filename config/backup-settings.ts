/** What the settings say of the night: the copies, their places, the proof. Read by settings.ts; handed to backup/ by cli. */

export type PlaceSetting =
  | { kind: 'folder'; path: string }
  /** As rclone writes it: 'remote:path'. */
  | { kind: 'rclone'; remote: string };

export interface BackupSettings {
  /** Empty: no copy is made, and doctor and pages say so. */
  places: PlaceSetting[];
  /** 'HH:MM' in the appliance's time zone. */
  at: string;
  /** age recipients ('age1…'). Empty: the appliance makes a key of its own, `<data>/keys/copy.agekey`. */
  recipients: string[];
  /** File of the age identity that opens the copies, for the proof; null when the key is held elsewhere or is the appliance's own. */
  identity: string | null;
  /** Minutes between copies of what changed; 0: none between nights. */
  everyMinutes: number;
  /** As rclone's --bwlimit, e.g. '4M'; null: none. */
  bandwidth: string | null;
  /** rclone's configuration file; null: its usual one. */
  rcloneConfig: string | null;
  keep: { withinDays: number; daily: number; weekly: number; monthly: number; yearly: number };
  /** Bytes of letters a proof fetches back beyond the new ones, the longest unproven first; null: all of them, every night. */
  proofBytes: number | null;
  /** Letters opened from bytes to page in a proof. */
  proofLetters: number;
  /** A healthchecks-style address: told `/start`, success, `/fail`. */
  ping: string | null;
  /** Hours after which the last proven copy is too old. */
  maxAgeHours: number;
}
