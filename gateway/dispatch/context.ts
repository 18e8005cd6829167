/** What the gateway's workers are handed by cli/roles/worker.ts. */
import type { Relay } from '../../config/setting-values.ts';
import type { Database } from '../../register/db/connect.ts';
import type { Actor } from '../../register/db/transaction.ts';
import type { Jobs } from '../../register/jobs/jobs.ts';
import type { SecretBox } from '../../register/seal/secret-box.ts';
import type { Store } from '../../register/store/folder.ts';

export interface GatewayLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export interface GatewayContext {
  db: Database;
  jobs: Pick<Jobs, 'enqueue' | 'work'>;
  store: Store;
  now: () => Date;
  settings: {
    /** Without a slash at its end. */
    webUrl: string;
    relay: Relay;
    /** Resolvers for direct delivery; empty: the system's. */
    dns: string[];
    /** The data folder. */
    data: string;
    timeZone: string;
  };
  log: GatewayLog;
  /** Opens the agencies' signing keys. Without it acknowledgements go out unsigned. */
  box?: SecretBox | null;
}

/** Who the acts of these workers are written for. */
export const THE_GATEWAY: Actor = { id: null, name: 'Saraban', peer: 'gateway' };
