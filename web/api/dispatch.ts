/**
 * The JSON API: finds the operation of a request in the table, asks whose token it is, checks what was sent, and writes the answer or the problem.
 * Mounted by web/server.ts at /api/v1, before sessions and before anything that reads a body.
 */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { officerOfToken } from '../../register/look/sign-in.ts';
import type { Officer } from '../../register/officer.ts';
import { type Handler, peerAddress, type Request, type Response } from '../http.ts';
import { disposition } from '../pages/files.ts';
import { createRate, type Rate } from '../rate.ts';
import { strangersFileHeaders } from '../security.ts';
import { openApiDocument } from './openapi.ts';
import type { ApiContext, Operation, Reply } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { asProblem, Problem, problemShape } from './problem.ts';
import { readBody, readQuery } from './request.ts';

/** Calls of one token. A system that fetches every letter must get through; one that runs wild must not starve the officers. */
const RATE = { perSecond: 1_000, burst: 20_000 };

/** Handles everything below its mount point; never calls the next handler. */
export function apiRoutes(context: ApiContext, options: { rate?: { perSecond: number; burst: number } } = {}): Handler {
  const rate = createRate(options.rate ?? RATE, context.now);
  const document = JSON.stringify(openApiDocument(context.settings.webUrl));
  return async (request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    try {
      const [path = '', parameters = ''] = split(request.url);
      if (path === '/openapi.json') {
        requireMethod(request, ['GET']);
        writeJson(response, 200, 'application/json', document);
        return;
      }
      const { operation, places } = findOperation(request, path);
      const officer = await whoCalls(context, rate, request);
      const query = readQuery(operation.query, new URLSearchParams(parameters));
      const body = operation.method === 'POST' ? await readBody(operation.body, request) : {};
      const reply = await operation.run({ context, officer, places, query, body });
      await writeReply(response, reply);
    } catch (error) {
      writeProblem(context, request, response, error);
    }
  };
}

function split(url: string): string[] {
  const at = url.indexOf('?');
  return at < 0 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}

const TEMPLATES = OPERATIONS.map(operation => ({ operation, pattern: patternOf(operation.path) }));

function patternOf(path: string): RegExp {
  const literal = path.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+?)');
  return new RegExp(`^${literal}$`);
}

function findOperation(request: Request, path: string): { operation: Operation; places: Record<string, string> } {
  const here = TEMPLATES.flatMap(({ operation, pattern }) => {
    const match = pattern.exec(path);
    return match === null ? [] : [{ operation, places: { ...match.groups } }];
  });
  if (here.length === 0) throw new Problem('not-found');
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const found = here.find(one => one.operation.method === method);
  if (found === undefined) throw wrongMethod(here.map(one => one.operation.method));
  return found;
}

function requireMethod(request: Request, methods: string[]): void {
  if (!methods.includes(request.method === 'HEAD' ? 'GET' : request.method)) throw wrongMethod(methods);
}

function wrongMethod(methods: string[]): Problem {
  const allow = methods.flatMap(method => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return new Problem('method-not-allowed', { headers: { Allow: allow.join(', ') } });
}

/** The officer a token stands for (RFC 6750). The rate is taken before the body is read, and by the token, not by the address. */
async function whoCalls(context: ApiContext, rate: Rate, request: Request): Promise<Officer> {
  const token = /^Bearer +([\x21-\x7e]{1,500}) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new Problem('unauthorized', { headers: { 'WWW-Authenticate': 'Bearer realm="saraban"' } });
  const officer = await officerOfToken(context.db, token, context.now(), peerAddress(request));
  if (officer === null)
    throw new Problem('unauthorized', { headers: { 'WWW-Authenticate': 'Bearer realm="saraban", error="invalid_token"' } });
  const wait = rate.take(officer.id ?? '');
  if (wait !== null) throw new Problem('too-many-requests', { headers: { 'Retry-After': String(wait) } });
  return officer;
}

/** Waits until a stream has something to give: a file that is not there must be found while there can still be a proper answer. */
async function begun(stream: Readable): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stream.once('error', reject);
    stream.once('readable', resolve);
    stream.once('end', resolve);
  });
}

async function writeReply(response: Response, reply: Reply): Promise<void> {
  if (reply.kind === 'json') {
    writeJson(response, 200, 'application/json', JSON.stringify(reply.body));
    return;
  }
  await begun(reply.stream);
  strangersFileHeaders(response, "default-src 'none'; sandbox");
  response.setHeader('Content-Type', safeType(reply.contentType));
  response.setHeader('Content-Disposition', disposition('attachment', reply.fileName));
  if (reply.size !== null) response.setHeader('Content-Length', reply.size);
  if (reply.sha256 !== null) response.setHeader('Repr-Digest', `sha-256=:${Buffer.from(reply.sha256, 'hex').toString('base64')}:`); // RFC 9530
  if (response.req.method === 'HEAD') {
    reply.stream.destroy();
    response.end();
    return;
  }
  await pipeline(reply.stream, response);
}

function writeJson(response: Response, status: number, type: string, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

function writeProblem(context: ApiContext, request: Request, response: Response, error: unknown): void {
  const problem = asProblem(error);
  const path = request.originalUrl.split('?')[0] ?? '';
  if (problem.status >= 500)
    context.log.error({ method: request.method, path, error: error instanceof Error ? error.message : String(error) }, 'api');
  if (response.headersSent) {
    // Half of the bytes are out: only a broken connection tells the caller that the rest is missing.
    response.destroy();
    return;
  }
  for (const name of ['Content-Length', 'Content-Disposition', 'Repr-Digest']) response.removeHeader(name);
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  writeJson(response, problem.status, 'application/problem+json', JSON.stringify(problemShape(problem, path)));
}

// A type out of a stranger's header goes back into one of ours only when it is nothing but a type.
function safeType(type: string): string {
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}(?:; [\w=;. -]+)?$/.test(type) ? type : 'application/octet-stream';
}
