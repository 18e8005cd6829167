/**
 * A place where copies are kept: a mounted folder, or whatever rclone reaches. Writing is append-only in effect: a file that is there is never
 * written over, and nothing but `remove` (retention, with its own right) takes one away.
 */

export interface PlaceFile {
  /** Below the place, with '/' between folders. */
  path: string;
  size: number;
}

export interface FileToSend {
  /** A finished file on this machine. */
  local: string;
  /** Where it goes, below the place. */
  path: string;
  size: number;
}

export interface SendOptions {
  /** Bytes that have gone out since the last call. */
  onProgress?: (bytes: number) => void;
  signal?: AbortSignal;
}

export interface Place {
  /** As the settings say it: the key in the database. Holds no secret. */
  readonly name: string;
  /** For people: 'โฟลเดอร์ /mnt/nas/saraban', 'rclone offsite:saraban'. */
  readonly label: { th: string; en: string };
  /** Whether this is another machine or disk, as far as can be told; `reason` for people when it is not. */
  isElsewhere(): Promise<{ elsewhere: boolean; reason: { th: string; en: string } | null }>;
  /**
   * Sends files. One that is already there with the same size and, where the place can tell, the same hash is left alone; with other contents it is a Failure
   * `place-refuses` naming it. A broken line is tried again within limits.
   * @throws Failure `place-away`, `place-full`, `place-refuses`, `rclone-missing`
   */
  send(files: FileToSend[], options?: SendOptions): Promise<void>;
  /** Brings a file here, past every cache. @throws Failure `place-away`; `not-in-place` when it is not there */
  fetch(path: string, local: string): Promise<void>;
  /** Everything below a folder, in the order of the paths. An absent folder is empty. */
  list(folder: string): Promise<PlaceFile[]>;
  /** Retention alone calls this. */
  remove(paths: string[]): Promise<void>;
  /** Bytes that may still be written; null when the place does not say. */
  free(): Promise<number | null>;
}
