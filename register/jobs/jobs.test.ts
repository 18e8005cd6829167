import { expect, test } from 'vitest';
import { wordsOf } from './jobs.ts';

test.each([
  ['an Error', new Error('it broke'), 'it broke'],
  [
    'a copy of an Error, as the library hands them on',
    { ...new Error('x'), message: 'connect ENOENT', queue: 'send-mail' },
    'connect ENOENT',
  ],
  [
    'several tries in one',
    new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')]),
    '::1 refused; 127.0.0.1 refused',
  ],
  ['a code alone', { code: 'ECONNREFUSED' }, 'ECONNREFUSED'],
  ['nothing to say', {}, 'an error without words'],
  ['no object', 'text', 'text'],
])('the log says what a failure of the queue was: %s', (_what, error, words) => {
  expect(wordsOf(error)).toBe(words);
});
