/** For the tests of the API: two agencies with letters of every kind, and a caller that holds every problem against the document. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import formatsPlugin from 'ajv-formats';
import { expect } from 'vitest';
import { type ActRow, listActs } from '../register/look/acts.ts';
import { apiRoutes } from './api/dispatch.ts';
import { type Entered, letterWithFiles, openWorld, type World } from './test-world.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at as a stranger would
export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

export interface AskOptions {
  token?: string;
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  raw?: string | Buffer<ArrayBuffer>;
}

export interface ApiWorld extends World {
  base: string;
  tokens: { red: string; blue: string; unit: string; auditor: string };
  /** Three letters of the red agency, numbers 1 to 3. */
  letters: Entered[];
  classified: Entered;
  heldId: string;
  noticeId: string;
  /** Operations whose real answer was held against the document. */
  checkedOperations: Set<string>;
  ask(path: string, options?: AskOptions): Promise<Answer>;
  /** @throws when the body is not what the document says of the operation */
  check(operationId: string, body: unknown): void;
  entryPath(index: number): string;
  /** The openings of the red agency, oldest first. */
  opened(): Promise<ActRow[]>;
}

export async function openApiWorld(): Promise<ApiWorld> {
  const world = await openWorld();
  const { red, blue } = world;
  const base = await world.serve(app => void app.use('/api/v1', apiRoutes(world.context)));
  const letters: Entered[] = [];
  for (const mark of ['one', 'two', 'three'])
    letters.push(await world.enter(red, letterWithFiles(mark), { headerMessageId: `<${mark}@sender.example>` }));
  const classified = await world.enter(red, 'Subject: s\r\n\r\nsecret', { secrecy: 'secret', subject: 'ลับมาก' });
  const heldId = (await world.enter(red, 'Subject: h\r\n\r\nheld', {}, { disposition: 'held', why: 'infected' })).messageId;
  const noticeId = (await world.enter(red, 'Subject: n\r\n\r\nnotice', {}, { disposition: 'notice', why: 'auto-submitted' })).messageId;
  await world.enter(blue, letterWithFiles('blue'));
  const tokens = {
    red: await world.token(red, 'saraban'),
    blue: await world.token(blue, 'saraban'),
    unit: await world.token(red, 'unit', { unitIds: [red.unitIds.finance] }),
    auditor: await world.token(red, 'auditor'),
  };

  const document: Json = await (await fetch(`${base}/api/v1/openapi.json`)).json();
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formatsPlugin.default(ajv);
  ajv.addSchema(document, 'doc');
  const operations = Object.values(document.paths).flatMap((path: Json) => Object.values(path)) as Json[];
  const checkedOperations = new Set<string>();
  const validate = (ref: string, body: unknown) => {
    const schema = ajv.getSchema(`doc${ref}`);
    if (schema === undefined || !schema(body))
      throw new Error(`${ref}: ${JSON.stringify(schema?.errors)} in ${JSON.stringify(body).slice(0, 2_000)}`);
  };

  return {
    ...world,
    base,
    tokens,
    letters,
    classified,
    heldId,
    noticeId,
    checkedOperations,
    check(operationId, body) {
      validate(operations.find(one => one.operationId === operationId).responses['200'].content['application/json'].schema.$ref, body);
      checkedOperations.add(operationId);
    },
    async ask(path, options = {}) {
      const response = await fetch(`${base}/api/v1${path}`, {
        method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
        headers: {
          authorization: `Bearer ${options.token ?? tokens.red}`,
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
        },
        ...(options.raw !== undefined ? { body: options.raw } : options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      });
      const text = await response.text();
      const body: Json = /json/.test(response.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : text;
      if (response.status >= 400 && options.method !== 'HEAD') {
        expect(response.headers.get('content-type')).toBe('application/problem+json');
        validate('#/components/schemas/Problem', body);
        expect(body.status).toBe(response.status);
      }
      return { status: response.status, headers: response.headers, body };
    },
    entryPath: index => `/entries/${letters[index]?.entryId}`,
    async opened() {
      const { items } = await listActs(world.context.db, red.administrator, { register: 'receive', kind: 'opened', limit: 500 });
      return items.reverse();
    },
  };
}
