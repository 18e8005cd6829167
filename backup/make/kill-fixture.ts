/** For tests: makes a copy and ends like a power cut at the point that is named. Run as a process of its own by killed.db.test.ts. */
import { type ConnectionOptions, openDatabase } from '../../register/db/connect.ts';
import { openSecretBox, secretsKeyFile } from '../../register/seal/secret-box.ts';
import { openFolderStore } from '../../register/store/folder.ts';
import { openFolderPlace } from '../place/folder.ts';
import type { Place } from '../place/place.ts';
import type { Step } from './context.ts';
import { makeCopy } from './make-copy.ts';

export interface KillOrder {
  connection: ConnectionOptions;
  blobs: string;
  data: string;
  places: string[];
  recipients: string[];
  /** At the first word of a step; or around the sending of the first file whose path matches, to the first place. */
  at: { step: Step } | { send: string; when: 'before' | 'after' };
}

const die = () => process.kill(process.pid, 'SIGKILL');

const order = JSON.parse(process.argv[2] ?? '') as KillOrder;
const { at } = order;

function deadly(place: Place): Place {
  return {
    ...place,
    async send(files, options) {
      const found = 'send' in at && files.some(file => file.path.startsWith(at.send));
      if (found && at.when === 'before') die();
      await place.send(files, options);
      if (found) die();
    },
  };
}

const places = order.places.map((path, index) => {
  const place = openFolderPlace(path, { data: order.data, bandwidth: null });
  return index === 0 ? deadly(place) : place;
});
await makeCopy({
  db: openDatabase(order.connection, { role: 'owner', max: 2, name: 'killed' }),
  store: await openFolderStore(order.blobs),
  places,
  keys: { recipients: order.recipients },
  box: await openSecretBox(secretsKeyFile(order.data)),
  data: order.data,
  confFile: null,
  now: () => new Date(),
  version: '0.0.0-test',
  log: { info: () => {}, warn: () => {}, error: () => {} },
  onProgress: ({ step }) => {
    if ('step' in at && step === at.step) die();
  },
});
