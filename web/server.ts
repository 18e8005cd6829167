/**
 * The web: the register on a screen, the JSON API, the public page, /healthz and /metrics, behind one port. cli starts it in a process of its own.
 * The order of what is mounted below is the order in which a request meets it.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '../register/failure.ts';
import { apiRoutes } from './api/dispatch.ts';
import { loadAssets } from './assets.ts';
import { backupHealth } from './backup-health.ts';
import type { WebContext } from './context.ts';
import { failureHandler, newRequestId, sendError, sendNotFound } from './errors.ts';
import { type Application, createApplication, createRouter, formBody, type Handler, peerAddress, type Server } from './http.ts';
import { type Live, startLive } from './live.ts';
import { createMetrics } from './metrics.ts';
import type { PageContext } from './page.ts';
import { officerPages } from './pages/routes.ts';
import { signInRoutes } from './pages/sign-in.ts';
import { publicRoutes } from './public/routes.ts';
import { deleteExpiredSessions } from './queries.ts';
import { refuseForeignChanges, securityHeaders } from './security.ts';
import { sessions } from './session.ts';
import { loadViews } from './views.ts';
import { knowVisitor, requireSignIn } from './who.ts';

// The longest thing an officer types is a template; letters do not come this way.
const LONGEST_FORM = 1_000_000;
const SWEEP_MS = 15 * 60 * 1000;
// What is still being sent when the appliance stops gets so long to finish.
const LAST_WORDS_MS = 5_000;

export interface RunningWeb {
  port: number;
  /** Takes no new request, ends the live streams, lets running requests finish. */
  stop(): Promise<void>;
}

/**
 * @throws Failure `port-taken` when something else listens there
 */
export async function startWeb(context: WebContext): Promise<RunningWeb> {
  const pages: PageContext = { ...context, views: loadViews(), assets: loadAssets() };
  const live = await startLive(context.db, context.log);
  try {
    const app = await buildApplication(pages, live);
    const server = createServer(app);
    // Slow senders of headers and bodies hold a socket no longer than this.
    server.headersTimeout = 20_000;
    server.requestTimeout = 60_000;
    const port = await listen(server, context);
    const sweep = setInterval(() => {
      deleteExpiredSessions(context.db, context.now()).catch(() => {});
    }, SWEEP_MS);
    sweep.unref();
    context.log.info({ port }, 'the web register is open');
    return {
      port,
      async stop() {
        clearInterval(sweep);
        await live.stop();
        await close(server);
      },
    };
  } catch (error) {
    await live.stop();
    throw error;
  }
}

async function buildApplication(pages: PageContext, live: Live): Promise<Application> {
  const { settings } = pages;
  const app = createApplication();
  app.set('trust proxy', ['loopback', ...settings.ownNetworks]);
  app.use(logRequests(pages));
  app.use(securityHeaders(settings.webUrl));
  app.use(pages.assets.router);
  app.use(statusRoutes(pages));
  app.use('/api/v1', apiRoutes(pages));
  app.use(publicRoutes(pages));
  app.use(refuseForeignChanges(settings.webUrl, (request, response) => sendError(pages, request, response, 'foreign')));
  if (settings.webUrl.startsWith('https:')) app.use(behindTls());
  app.use(await sessions(pages));
  app.use(knowVisitor(pages));
  app.use(formBody(LONGEST_FORM));
  app.use(signInRoutes(pages));
  app.use(requireSignIn());
  app.use(officerPages(pages, live));
  app.use((request, response) => sendNotFound(pages, request, response));
  app.use(failureHandler(pages));
  return app;
}

/** One line a request; no query, for it may hold what was searched for. */
function logRequests(pages: PageContext): Handler {
  return (request, response, next) => {
    const requestId = newRequestId();
    const began = performance.now();
    response.locals.requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    response.on('finish', () => {
      if (request.path.startsWith('/assets/') || request.path.startsWith('/healthz')) return;
      const path = request.originalUrl.split('?')[0]?.replace(/^(\/v\/).+/, '$1…');
      const fields = {
        requestId,
        method: request.method,
        path,
        status: response.statusCode,
        ms: Math.round(performance.now() - began),
        peer: peerAddress(request),
      };
      pages.log.info(fields, 'request');
    });
    next();
  };
}

function statusRoutes(pages: PageContext) {
  const router = createRouter();
  const metrics = createMetrics(pages);
  router.get('/healthz', async (_request, response) => {
    const readiness = await pages.readiness();
    response
      .status(readiness.ready ? 200 : 503)
      .setHeader('Cache-Control', 'no-store')
      .json(readiness);
  });
  router.get('/healthz/backup', async (_request, response) => {
    const { healthy, ...health } = await backupHealth(pages);
    response
      .status(healthy ? 200 : 503)
      .setHeader('Cache-Control', 'no-store')
      .json(health);
  });
  router.get('/metrics', async (request, response) => {
    // To a stranger the page does not exist.
    if (!metrics.open(request)) sendNotFound(pages, request, response);
    else response.setHeader('Content-Type', metrics.contentType).end(await metrics.text());
  });
  router.get('/robots.txt', (_request, response) => {
    response.type('text/plain').send('User-agent: *\nDisallow: /\n');
  });
  return router;
}

/** The operator said that people come by https; the proxy in front need not say it again for the cookie to be Secure. */
function behindTls(): Handler {
  return (request, _response, next) => {
    Object.defineProperty(request, 'secure', { value: true });
    next();
  };
}

async function listen(server: Server, context: WebContext): Promise<number> {
  const { host, webPort } = context.settings;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' || error.code === 'EACCES' ? portTaken(host, webPort, error) : error),
    );
    server.listen(webPort, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function portTaken(host: string, port: number, cause: Error): Failure {
  return new Failure({
    code: 'port-taken',
    temporary: false,
    message: `cannot listen on ${host}:${port}`,
    userMessage: {
      th: `เปิดพอร์ต ${port} ที่ ${host} ไม่ได้ อาจมีโปรแกรมอื่นใช้อยู่ โปรดปิดโปรแกรมนั้นหรือกำหนด SARABAN_WEB_PORT เป็นพอร์ตอื่น`,
      en: `Cannot open port ${port} on ${host}; another program may have it. Stop that program or set SARABAN_WEB_PORT to another port.`,
    },
    cause,
  });
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), LAST_WORDS_MS);
  await closed;
  clearTimeout(late);
}
