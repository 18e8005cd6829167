/**
 * What an operation of the API is: one row of the table in web/api/operations.ts, from which the requests are dispatched and the document is made.
 */
import type { Readable } from 'node:stream';
import type { Officer } from '../../register/officer.ts';
import type { WebContext } from '../context.ts';
import type { AnswerName, Body, BodyName, Query, QueryName } from './schema.ts';

export type ApiContext = Pick<WebContext, 'db' | 'jobs' | 'store' | 'now' | 'log' | 'settings' | 'printer' | 'box'>;

export interface Call<Q extends QueryName, B extends BodyName> {
  context: ApiContext;
  officer: Officer;
  /** What stood in the places of the path, not checked yet. */
  places: Record<string, string>;
  query: Query<Q>;
  body: Body<B>;
}

export type Reply =
  | { kind: 'json'; body: object }
  /** Bytes as they are stored. `size` is null for what is made on the way. */
  | { kind: 'bytes'; contentType: string; fileName: string; size: number | null; sha256: string | null; stream: Readable };

export interface Operation<Q extends QueryName = QueryName, B extends BodyName = BodyName> {
  id: string;
  method: 'GET' | 'POST';
  /** Below /api/v1; places in braces. */
  path: string;
  summary: string;
  query: Q;
  body: B;
  /** Name of the JSON answer, or the media type of bytes. */
  answer: { json: AnswerName } | { bytes: string };
  run(call: Call<Q, B>): Promise<Reply>;
}

/** A row of the table: the types of its query and its body are those of its names. */
export function operation<Q extends QueryName = 'none', B extends BodyName = 'Nothing'>(
  row: Omit<Operation<Q, B>, 'query' | 'body'> & { query?: Q; body?: B },
): Operation {
  // The table holds operations of every type; web/api/dispatch.ts hands each what its own schemas gave.
  return { query: 'none', body: 'Nothing', ...row } as unknown as Operation;
}
