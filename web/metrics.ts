/**
 * /metrics for Prometheus (prom-client's only door): counts and no names. Open to loopback, to the agency's own networks, and to the holder of the token.
 */
import { BlockList, isIP } from 'node:net';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { inAgency, THE_APPLIANCE } from '../register/db/transaction.ts';
import type { WebContext } from './context.ts';
import type { Request } from './http.ts';
import { socketAddress } from './http.ts';
import { selectAgencyCodes, selectAlarmCodes, selectConnections, selectCopyFigures, selectDatabaseTime, selectFigures } from './queries.ts';

// Counting a million messages is not free, and two Prometheus servers may ask at once.
const KEEP_MS = 10_000;

export interface Metrics {
  contentType: string;
  /** Whether this request may see them. */
  open(request: Request): boolean;
  text(): Promise<string>;
}

export function createMetrics(context: WebContext): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'saraban_' });
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name: `saraban_${name}`, help, labelNames, registers: [registry] });
  const messages = gauge('messages', 'Mails received, by what became of them', ['agency', 'disposition']);
  const last = gauge('last_number', 'Last number given, by register and year', ['agency', 'register', 'year']);
  const unacknowledged = gauge('unacknowledged', 'Letters whose acknowledgement is not settled', ['agency']);
  const unconfirmed = gauge('unconfirmed', 'Letters that no officer has confirmed', ['agency']);
  const held = gauge('held', 'Mails that wait for a decision', ['agency']);
  const queue = gauge('queue_depth', 'Jobs waiting or running', ['queue']);
  const free = gauge('store_free_bytes', 'Bytes free where letters are stored', []);
  const connections = gauge('role_connections', 'Connections to the database, by process of the appliance: 0 when none of it runs', [
    'role',
  ]);
  const offset = gauge('clock_offset_seconds', 'How far the clock of the database is ahead of this process', []);
  const alarms = gauge('night_alarm', 'What is the matter with the night, by code: 1 while it lasts', ['code']);
  const proven = gauge(
    'backup_last_proven_timestamp_seconds',
    'Up to when the newest proven copy holds everything; absent when none is',
    [],
  );
  const age = gauge('backup_last_proven_age_seconds', 'Age of the newest proven copy', []);
  const bytes = gauge('backup_bytes', 'Size of what the newest copy holds', []);
  const duration = gauge('backup_duration_seconds', 'How long making the newest copy took', []);
  // A gauge without labels begins at 0, which would read as "proven in 1970".
  for (const one of [proven, age, bytes, duration]) one.remove();
  const networks = ownNetworks(context.settings.ownNetworks);
  let measuredAt = 0;

  async function measure(): Promise<void> {
    for (const agency of await selectAgencyCodes(context.db)) {
      const figures = await inAgency(context.db, agency.id, THE_APPLIANCE, selectFigures);
      for (const { disposition, count } of figures.dispositions) messages.set({ agency: agency.code, disposition }, count);
      for (const { register, year, number } of figures.last) last.set({ agency: agency.code, register, year }, number);
      unacknowledged.set({ agency: agency.code }, figures.unacknowledged);
      unconfirmed.set({ agency: agency.code }, figures.unconfirmed);
      held.set({ agency: agency.code }, figures.held);
    }
    for (const [name, depth] of Object.entries(await context.jobs.waiting())) queue.set({ queue: name }, depth);
    free.set(await context.store.free());
    for (const one of await selectConnections(context.db)) connections.set({ role: one.role }, one.connections);
    offset.set(await clockOffset(context));
    // One that is over is gone, not 0 for ever.
    alarms.reset();
    for (const code of await selectAlarmCodes(context.db)) alarms.set({ code }, 1);
    const copies = await selectCopyFigures(context.db);
    if (copies.provenCutAt !== null) {
      proven.set(copies.provenCutAt.getTime() / 1000);
      age.set((context.now().getTime() - copies.provenCutAt.getTime()) / 1000);
    }
    if (copies.bytes !== null) bytes.set(copies.bytes);
    if (copies.seconds !== null) duration.set(copies.seconds);
  }

  return {
    contentType: registry.contentType,
    open(request) {
      return isOwn(networks, socketAddress(request), request.get('x-forwarded-for'));
    },
    async text() {
      const at = context.now().getTime();
      if (at - measuredAt >= KEEP_MS) {
        measuredAt = at;
        await measure();
      }
      return await registry.metrics();
    },
  };
}

/** By the middle of the question, as NTP does; a wrong machine beside a right one shows, two that are wrong alike do not. */
async function clockOffset({ db }: Pick<WebContext, 'db'>): Promise<number> {
  const before = Date.now();
  const theirs = await selectDatabaseTime(db);
  return theirs - (before + Date.now()) / 2000;
}

function ownNetworks(cidrs: string[]): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(address) === 0) continue;
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return list;
}

/** What a proxy on this machine forwards comes from somewhere else: every address it names must be our own too. */
function isOwn(networks: BlockList, socket: string, forwarded: string | undefined): boolean {
  const chain = [
    socket,
    ...(forwarded ?? '')
      .split(',')
      .map(one => one.trim())
      .filter(one => one !== ''),
  ];
  return chain.every(address => isIP(address) !== 0 && networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
}
