/**
 * Tells open pages that something came in. register/enter.ts notifies 'saraban_register' with the agency's id when a letter's transaction commits;
 * one listener a process hears it and tells every open page of that agency. Pages learn no more than that: they ask again, as who they are.
 */
import type { Database } from '../register/db/connect.ts';
import type { WebLog } from './context.ts';
import type { Request, Response } from './http.ts';

const CHANNEL = 'saraban_register';
// Proxies close a silent line after a minute or so.
const BEAT_MS = 25_000;
// One officer with many tabs must not use up the process's sockets.
const MOST = 2_000;

export interface Live {
  /** Keeps the response open as a stream of events (WHATWG server-sent events) until the page goes away. */
  open(agencyId: number, request: Request, response: Response): void;
  /** Tells the pages of one agency; the listener calls it. */
  tell(agencyId: number): void;
  /** Ends every stream and the listener. */
  stop(): Promise<void>;
}

export async function startLive(db: Database, log: WebLog): Promise<Live> {
  const streams = new Map<number, Set<Response>>();
  let ordinal = 0;
  let count = 0;

  const live: Live = {
    open(agencyId, request, response) {
      if (count >= MOST) {
        response.status(503).setHeader('Retry-After', '60').end();
        return;
      }
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
        Connection: 'keep-alive',
      });
      response.write(`retry: 4000\nevent: hello\ndata: ${++ordinal}\n\n`);
      const mine = streams.get(agencyId) ?? new Set();
      streams.set(agencyId, mine.add(response));
      count++;
      request.on('close', () => {
        if (!mine.delete(response)) return;
        count--;
        if (mine.size === 0 && streams.get(agencyId) === mine) streams.delete(agencyId);
      });
    },
    tell(agencyId) {
      for (const response of streams.get(agencyId) ?? []) response.write('event: register\ndata: 1\n\n');
    },
    async stop() {
      clearInterval(beat);
      for (const mine of streams.values()) for (const response of mine) response.end();
      await listener?.unlisten().catch(() => {});
    },
  };

  const beat = setInterval(() => {
    for (const mine of streams.values()) for (const response of mine) response.write(': \n\n');
  }, BEAT_MS);
  beat.unref();

  // The client listens again by itself after a break; what was missed then is fetched by the pages when the call below runs anew.
  const listener = await db
    .listen(
      CHANNEL,
      payload => {
        if (/^\d+$/.test(payload)) live.tell(Number(payload));
      },
      () => {
        for (const agencyId of streams.keys()) live.tell(agencyId);
      },
    )
    .catch((error: unknown) => {
      log.error({ error: error instanceof Error ? error.message : String(error) }, 'pages will not refresh by themselves');
      return null;
    });
  return live;
}
