import { expect, test } from 'vitest';
import { splitAddress } from './recipients.ts';

test.each([
  ['Saraban+Finance@Agency.go.th', { local: 'saraban', tag: 'finance', domain: 'agency.go.th' }],
  ['saraban@agency.go.th.', { local: 'saraban', tag: '', domain: 'agency.go.th' }],
  ['"saraban"@agency.go.th', { local: 'saraban', tag: '', domain: 'agency.go.th' }],
  ['"sara\\ban+a"@agency.go.th', { local: 'saraban', tag: 'a', domain: 'agency.go.th' }],
  ['"saraban@agency.go.th', { local: '"saraban', tag: '', domain: 'agency.go.th' }],
  ['"a@b"@agency.go.th', { local: 'a@b', tag: '', domain: 'agency.go.th' }],
  ['postmaster', { local: 'postmaster', tag: '', domain: '' }],
])('%s', (address, parts) => {
  expect(splitAddress(address)).toEqual(parts);
});
