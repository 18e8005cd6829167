import { afterAll, beforeAll, expect, it } from 'vitest';
import { inAgency, THE_APPLIANCE } from '../../register/db/transaction.ts';
import { addTestAgency, type FreshDatabase, freshDatabase } from '../../test/database/fresh.ts';
import { acknowledgementOf, actsOf, contextOf, enterLetter, mailsOf, openSink, type Sink } from './test-bench.ts';
import { registerGatewayWork } from './work.ts';

let fresh: FreshDatabase;
let sink: Sink;

beforeAll(async () => {
  fresh = await freshDatabase({ works: true });
  sink = await openSink();
});
afterAll(async () => {
  await fresh.close();
  await sink.close();
});

it('takes letters through the real queue to the relay, each once', async () => {
  const agency = await addTestAgency(fresh.db, 'agency');
  const context = contextOf(fresh);
  const work = await registerGatewayWork({ ...context, settings: { ...context.settings, relay: { kind: 'smtp', url: sink.url } } });
  const letters = await Promise.all(Array.from({ length: 8 }, () => enterLetter(fresh, agency)));
  // Queued twice each, as a sweep that meets a slow worker would.
  const payloads = letters.flatMap(({ entryId }) => [
    { agencyId: agency, entryId },
    { agencyId: agency, entryId },
  ]);
  await inAgency(fresh.db, agency, THE_APPLIANCE, tx => fresh.jobs.enqueue(tx, 'acknowledge', payloads));
  await expect
    .poll(async () => (await Promise.all(letters.map(letter => acknowledgementOf(fresh, letter.entryId)))).map(one => one.state), {
      timeout: 50_000,
    })
    .toEqual(letters.map(() => 'sent'));
  work.stop();
  expect(sink.dots).toBe(letters.length);
  for (const letter of letters) {
    expect(await mailsOf(fresh, letter.entryId)).toMatchObject([{ state: 'sent', attempts: 1 }]);
    expect(await actsOf(fresh, letter.entryId)).toEqual(['acknowledgement-queued', 'acknowledged']);
  }
});
