/**
 * Canonical JSON (RFC 8785): the same values always give the same bytes, so that a hash of a day or a seal can be made again from its contents.
 * JavaScript writes strings and numbers as the RFC asks; what is left is the order of keys, and refusing what JSON cannot say.
 */

/** @throws Error for what JSON cannot say: undefined, NaN, half a surrogate pair */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return scalar(value);
  const members = keysOf(value).map(key => `${scalar(key)}:${canonicalJson((value as Record<string, unknown>)[key])}`);
  return `{${members.join(',')}}`;
}

/** The same in pieces. An array may be an AsyncIterable of its rows: then only one of them is in memory at a time. */
export async function* writeCanonicalJson(value: unknown): AsyncGenerator<string> {
  if (typeof value !== 'object' || value === null) yield scalar(value);
  else if (isStreamed(value)) {
    let before = '[';
    for await (const row of value) {
      yield before + canonicalJson(row);
      before = ',';
    }
    yield before === '[' ? '[]' : ']';
  } else if (Array.isArray(value)) {
    yield '[';
    for (const [index, item] of value.entries()) {
      if (index > 0) yield ',';
      yield* writeCanonicalJson(item);
    }
    yield ']';
  } else {
    let before = '{';
    for (const key of keysOf(value)) {
      yield `${before}${scalar(key)}:`;
      yield* writeCanonicalJson((value as Record<string, unknown>)[key]);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  }
}

function isStreamed(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

/** Sorted by UTF-16 code units (3.2.3), as JavaScript compares strings. A key without a value is no key. */
function keysOf(value: object): string[] {
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key]) => key)
    .sort();
}

function scalar(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value);
  throw new Error(`canonical JSON cannot say ${typeof value === 'string' ? 'half a surrogate pair' : String(value)}`);
}
