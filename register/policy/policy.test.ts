import { describe, expect, it } from 'vitest';
import { listed, policyOf, readPolicy, USUAL_POLICY } from './policy.ts';

const typed = (deny: string, allow = '', holdDmarc = 'reject', noDns = 'accept-unverified', forwarders = '') =>
  readPolicy({ deny, allow, holdDmarc, noDns, forwarders });

describe('the policy as it is stored', () => {
  it('is the usual one where nothing was decided', () => {
    expect(USUAL_POLICY).toEqual({ deny: [], allow: [], holdDmarc: 'reject', noDns: 'accept-unverified', forwarders: [] });
    for (const settings of [{}, null, undefined, { policy: undefined }]) expect(policyOf(settings)).toEqual(USUAL_POLICY);
    expect(policyOf({ policy: { noDns: 'try-again' } })).toEqual({ ...USUAL_POLICY, noDns: 'try-again' });
  });

  it('refuses and holds nothing more when it cannot be read', () => {
    for (const policy of [{ deny: 'x.example' }, { deny: [1] }, { deny: ['x.example'], holdDmarc: 'all' }, 'text', null]) {
      expect(policyOf({ policy })).toEqual(USUAL_POLICY);
    }
  });
});

describe('the policy as it is typed', () => {
  it('takes addresses and domains, one a line, however they are written', () => {
    const read = typed('Somebody@X.Example # remark\n\n@spam.example\r\n*.bad.example\nspam.example\nไทย.example\n');
    expect(read).toMatchObject({ outcome: 'ok', policy: { deny: ['bad.example', 'somebody@x.example', 'spam.example', 'ไทย.example'] } });
  });

  it('names the line that is none', () => {
    const read = typed('good.example\nnot a domain\nlocalhost\n@\na@b@\nx@y', '<a@b.example>');
    expect(read.outcome === 'invalid' ? read.faults.map(fault => [fault.field, /Line \d/.exec(fault.message.en)?.[0]]) : read).toEqual([
      ['deny', 'Line 2'],
      ['deny', 'Line 3'],
      ['deny', 'Line 4'],
      ['deny', 'Line 5'],
      ['deny', 'Line 6'],
      ['allow', 'Line 1'],
    ]);
  });

  it('refuses what stands in both lists, and what would mean half a country', () => {
    expect(typed('a.example', 'a.example').outcome).toBe('invalid');
    expect(typed('go.th').outcome).toBe('invalid');
    expect(typed('', 'co.th').outcome).toBe('invalid');
    expect(typed('office.go.th').outcome).toBe('ok');
  });

  it('takes the domains of forwarders, each meaning itself alone', () => {
    const forwarders = (text: string) => typed('', '', 'reject', 'accept-unverified', text);
    expect(forwarders('Lists.DGA.or.th # mailing lists\nforward.example.')).toMatchObject({
      policy: { forwarders: ['forward.example', 'lists.dga.or.th'] },
    });
    for (const wrong of ['someone@forward.example', 'or.th', 'd=forward.example', 'localhost']) {
      expect(forwarders(wrong)).toMatchObject({ outcome: 'invalid', faults: [{ field: 'forwarders' }] });
    }
  });

  it('refuses choices that are none', () => {
    expect(typed('', '', 'everything')).toMatchObject({ outcome: 'invalid', faults: [{ field: 'holdDmarc' }] });
    expect(typed('', '', 'none', '')).toMatchObject({ outcome: 'invalid', faults: [{ field: 'noDns' }] });
    expect(typed(Array.from({ length: 2_001 }, (_, index) => `a${index}.example`).join('\n')).outcome).toBe('invalid');
  });
});

describe('whom a list means', () => {
  const list = ['office.go.th', 'one@else.example', 'example'];
  it.each([
    ['a@office.go.th', 'office.go.th'],
    ['A@Dept.Office.GO.TH', 'office.go.th'],
    ['a@office.go.th.', 'office.go.th'],
    ['One@Else.example', 'one@else.example'],
    ['two@else.example', null],
    ['a@notoffice.go.th', null],
    ['a@go.th', null],
    // A top-level name alone is no entry that a person can save, and counts for nobody.
    ['a@x.example', null],
    ['office.go.th', null],
    ['@office.go.th', null],
    ['', null],
  ])('%s', (address, entry) => {
    expect(listed(list, address)).toBe(entry);
  });
});
