/**
 * What the API answers when it cannot do what was asked: problem details (RFC 9457) in English, Thai beside it.
 */
import { Failure } from '../../register/failure.ts';
import type { ActOutcome, Fault } from '../../register/officer.ts';
import { apiEn } from '../text/api.en.ts';
import { apiTh } from '../text/api.th.ts';
import type { ProblemShape, SchemaFault } from './schema.ts';

export type ProblemCode = keyof typeof apiTh.problems;

const STATUS: Record<ProblemCode, number> = {
  'malformed-json': 400,
  'bad-parameter': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  'invalid-body': 422,
  'register-too-long': 422,
  'too-many-requests': 429,
  internal: 500,
  unavailable: 503,
};

/** Thrown by an operation that ends early, and by whoever reads its request; web/api/dispatch.ts writes it out. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly faults: Fault[];
  /** Further members of the answer. */
  readonly more: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(code: ProblemCode, options: { faults?: Fault[]; more?: Record<string, unknown>; headers?: Record<string, string> } = {}) {
    super(code);
    this.name = 'Problem';
    this.code = code;
    this.status = STATUS[code];
    this.faults = options.faults ?? [];
    this.more = options.more ?? {};
    this.headers = options.headers ?? {};
  }
}

/** The body of the answer. `instance` is the path that was asked for. */
export function problemShape(problem: Problem, instance: string): ProblemShape {
  const th = apiTh.problems[problem.code];
  const en = apiEn.problems[problem.code];
  return {
    type: `urn:problem-type:saraban:${problem.code}`,
    title: en.title,
    titleTh: th.title,
    status: problem.status,
    detail: en.detail,
    detailTh: th.detail,
    instance,
    ...problem.more,
    ...(problem.faults.length === 0
      ? {}
      : { faults: problem.faults.map(fault => ({ field: fault.field, detail: fault.message.en, detailTh: fault.message.th })) }),
  };
}

/** Anything thrown, as a problem. What is not expected becomes 'internal', and the caller logs it. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Failure && error.temporary) {
    return new Problem('unavailable', {
      more: { detail: error.userMessage.en, detailTh: error.userMessage.th },
      headers: { 'Retry-After': '5' },
    });
  }
  return new Problem('internal');
}

/** What an act gave when it was done; else throws the problem that says why not. */
export function doneOrProblem<T>(outcome: ActOutcome<T>): { outcome: 'done' } & T {
  switch (outcome.outcome) {
    case 'done':
      return outcome;
    case 'not-found':
      throw new Problem('not-found');
    case 'forbidden':
      throw new Problem('forbidden');
    case 'invalid':
      throw new Problem('invalid-body', { faults: outcome.faults });
    case 'conflict':
      throw new Problem('conflict', {
        more: { state: outcome.state, by: outcome.by, at: outcome.at?.toISOString() ?? null, version: outcome.version },
      });
  }
}

/** A fault of one field in both languages. */
export function faultOf(
  field: string,
  word: Exclude<keyof typeof apiTh.faults, 'type' | 'value' | 'small' | 'big' | 'short' | 'long' | 'format'>,
): Fault {
  return { field, message: { th: apiTh.faults[word], en: apiEn.faults[word] } };
}

/** Words for what a schema found. */
export function wordedFaults(faults: SchemaFault[]): Fault[] {
  return faults.map(({ field, code, facts }) => {
    if (code === 'missing' || code === 'unknown') return faultOf(field, code);
    if (code === 'invalid_union') return faultOf(field, 'moment');
    const said = (word: 'type' | 'value' | 'small' | 'big' | 'short' | 'long' | 'format', value: unknown): Fault => ({
      field,
      message: { th: apiTh.faults[word](String(value)), en: apiEn.faults[word](String(value)) },
    });
    const counted = facts.origin === 'string' || facts.origin === 'array';
    switch (code) {
      case 'invalid_type':
        return said('type', facts.expected);
      case 'invalid_value':
        return said('value', Array.isArray(facts.values) ? facts.values.join(', ') : '');
      case 'too_small':
        return said(counted ? 'short' : 'small', facts.minimum);
      case 'too_big':
        return said(counted ? 'long' : 'big', facts.maximum);
      default:
        return said('format', facts.format ?? code);
    }
  });
}
