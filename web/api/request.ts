/**
 * What a caller sent, checked: query parameters, a JSON body, ids in the path. A misspelt parameter is refused, for a filter that silently
 * does nothing gives a caller letters he did not ask for.
 */
import type { IncomingMessage } from 'node:http';
import type { Fault } from '../../register/officer.ts';
import { faultOf, Problem, wordedFaults } from './problem.ts';
import { BODIES, type Body, type BodyName, checked, numericParameters, QUERIES, type Query, type QueryName } from './schema.ts';

/** Bytes of a request's body. The longest the API takes is an instruction to 200 units. */
const LONGEST_BODY = 256 * 1024;

const NUMERIC = Object.fromEntries(Object.keys(QUERIES).map(name => [name, numericParameters(name as QueryName)])) as Record<
  QueryName,
  Set<string>
>;

/** @throws Problem `bad-parameter` naming each parameter at fault */
export function readQuery<N extends QueryName>(name: N, parameters: URLSearchParams): Query<N> {
  const values: Record<string, string | number> = {};
  const faults: Fault[] = [];
  for (const [key, text] of parameters) {
    if (text === '') continue;
    if (!Object.hasOwn(QUERIES[name].shape, key)) faults.push(faultOf(key, 'unknown'));
    else if (Object.hasOwn(values, key)) faults.push(faultOf(key, 'repeated'));
    else if (!isKeepable(text)) faults.push(faultOf(key, 'characters'));
    else values[key] = NUMERIC[name].has(key) && /^\d{1,15}$/.test(text) ? Number(text) : text;
  }
  const result = checked(QUERIES[name], values);
  if (result.outcome === 'faults') faults.push(...wordedFaults(result.faults));
  if (faults.length > 0 || result.outcome === 'faults') throw new Problem('bad-parameter', { faults });
  return result.value as Query<N>;
}

/**
 * Reads and checks a body of JSON. No body at all counts as `{}`.
 * @throws Problem 413, 415, 400 `malformed-json`, or 422 with every fault by field
 */
export async function readBody<N extends BodyName>(name: N, request: IncomingMessage): Promise<Body<N>> {
  const type = request.headers['content-type'];
  const bytes = await readBytes(request);
  if (bytes.length > 0 && !/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type ?? '')) throw new Problem('unsupported-media-type');
  const value = bytes.length === 0 ? {} : parseJson(bytes);
  const unkeepable = unkeepableField(value, '');
  if (unkeepable !== null) throw new Problem('invalid-body', { faults: [faultOf(unkeepable, 'characters')] });
  const result = checked(BODIES[name], value);
  if (result.outcome === 'faults') throw new Problem('invalid-body', { faults: wordedFaults(result.faults) });
  return result.value as Body<N>;
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > LONGEST_BODY) throw new Problem('too-large', { headers: { Connection: 'close' } });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LONGEST_BODY) throw new Problem('too-large', { headers: { Connection: 'close' } });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem('malformed-json');
  }
}

// What PostgreSQL refuses to keep must be refused here, field by field, and not come back as an internal error.
function isKeepable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

function unkeepableField(value: unknown, path: string, depth = 0): string | null {
  if (typeof value === 'string') return isKeepable(value) ? null : path;
  if (typeof value !== 'object' || value === null) return null;
  if (depth > 20) return path;
  for (const [key, inner] of Object.entries(value)) {
    const found = unkeepableField(inner, path === '' ? key : `${path}.${key}`, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** An id out of the path. What is no id is what does not exist. */
export function readId(text: string | undefined): string {
  if (text === undefined || !UUID.test(text)) throw new Problem('not-found');
  return text.toLowerCase();
}

/** A cursor that carries a few values. It is opaque to the caller, and may be anything when it comes back. */
export function writeCursor(values: (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** @throws Problem `bad-parameter` naming `cursor` */
export function readCursor(cursor: string): unknown[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(values)) return values;
  } catch {
    // falls through to the refusal
  }
  throw badCursor();
}

export function badCursor(): Problem {
  return new Problem('bad-parameter', { faults: [faultOf('cursor', 'cursor')] });
}
