/**
 * The only door to express. web/server.ts makes the application; pages, the API and the public page make their routers here and are mounted there.
 */
import type { IncomingMessage, Server } from 'node:http';
import express from 'express';

export type Request = express.Request;
export type Response = express.Response;
export type NextFunction = express.NextFunction;
export type Handler = express.RequestHandler;
export type Router = express.Router;
export type Application = express.Application;
export type { Server };

/** An application with nothing in it. Query strings are flat: `a[b]=c` stays a name, so that no stranger can send an object where a text is expected. */
export function createApplication(): Application {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('etag', false);
  return app;
}

/** A router: paths are exact as to case, so that one page has one address. */
export function createRouter(): Router {
  return express.Router({ caseSensitive: true });
}

/** Reads an HTML form, flat, up to `limit` bytes; a longer one is answered 413 by the error page. */
export function formBody(limit: number): Handler {
  return express.urlencoded({ extended: false, limit, parameterLimit: 2_000 });
}

/** Reads a JSON body up to `limit` bytes. */
export function jsonBody(limit: number): Handler {
  return express.json({ limit, strict: true });
}

/** One value of a form or a query as text: the first of several, '' when it is missing. Line ends become \n, as they were typed. */
export function textField(values: unknown, name: string): string {
  const value = fieldOf(values, name);
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first.replaceAll('\r\n', '\n') : '';
}

/** All values of a field that may come several times (checkboxes). */
export function listField(values: unknown, name: string): string[] {
  const value = fieldOf(values, name);
  if (Array.isArray(value)) return value.filter(one => typeof one === 'string');
  return typeof value === 'string' ? [value] : [];
}

function fieldOf(values: unknown, name: string): unknown {
  if (typeof values !== 'object' || values === null || !Object.hasOwn(values, name)) return undefined;
  return (values as Record<string, unknown>)[name];
}

/** The address the request came from, without the IPv4-in-IPv6 prefix. Behind a trusted proxy: the one the proxy names. */
export function peerAddress(request: Request): string {
  return (request.ip ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
}

/** The address of the socket itself, whatever a header says. */
export function socketAddress(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
}
