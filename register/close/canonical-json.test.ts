import { describe, expect, it } from 'vitest';
import { canonicalJson, writeCanonicalJson } from './canonical-json.ts';

async function written(value: unknown): Promise<string> {
  let text = '';
  for await (const piece of writeCanonicalJson(value)) text += piece;
  return text;
}

// RFC 8785, 3.2.2 and 3.2.4: input and output.
const SAMPLE = `{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
  "literals": [null, true, false]
}`;
const SAMPLE_CANONICAL =
  '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}';

it('writes the sample of RFC 8785', async () => {
  expect(canonicalJson(JSON.parse(SAMPLE))).toBe(SAMPLE_CANONICAL);
  expect(await written(JSON.parse(SAMPLE))).toBe(SAMPLE_CANONICAL);
});

it('sorts keys by UTF-16 code units, as 3.2.3 of RFC 8785 shows', () => {
  const keys = { '\u20ac': 'Euro', '\r': 'CR', '\ufb33': 'Dalet', '1': 'One', '\ud83d\ude00': 'Face', '\u0080': 'Control', '\u00f6': 'o' };
  expect(Object.values(JSON.parse(canonicalJson(keys)))).toHaveLength(7);
  expect([...canonicalJson(keys).matchAll(/:"(\w+)"/g)].map(found => found[1])).toEqual([
    'CR',
    'One',
    'Control',
    'o',
    'Euro',
    'Face',
    'Dalet',
  ]);
});

it.each([
  [0, '0'],
  [-0, '0'],
  [1e21, '1e+21'],
  [5e-324, '5e-324'],
  [2 ** 53, '9007199254740992'],
  [[], '[]'],
  [{}, '{}'],
  [{ b: undefined, a: [{ d: 1, c: 'เรื่อง' }] }, '{"a":[{"c":"เรื่อง","d":1}]}'],
])('writes %j as %s, whole and in pieces', async (value, text) => {
  expect(canonicalJson(value)).toBe(text);
  expect(await written(value)).toBe(text);
});

it('writes streamed rows as the array they are', async () => {
  async function* rows() {
    yield { number: 1, hash: 'b' };
    yield { number: 2, hash: 'a' };
  }
  async function* none() {}
  expect(await written({ rows: rows(), first: 1, none: none() })).toBe(
    '{"first":1,"none":[],"rows":[{"hash":"b","number":1},{"hash":"a","number":2}]}',
  );
});

describe('refuses what JSON cannot say', () => {
  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [[undefined]], ['\ud800'], [{ '\udc00': 1 }]])('a value (%#)', value => {
    expect(() => canonicalJson(value)).toThrow('canonical JSON cannot say');
  });
});
