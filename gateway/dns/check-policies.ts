/** What makes the way of letters safer without being needed: MTA-STS (RFC 8461), TLS reports (RFC 8460), CAA (RFC 8659). Missing is a warning at most. */
import { type Finding, silent } from './finding.ts';
import type { Questions } from './questions.ts';

export async function checkPolicies(questions: Questions, domain: string): Promise<Finding[]> {
  return [await checkMtaSts(questions, domain), await checkReports(questions, domain), await checkCaa(questions, domain)];
}

async function checkMtaSts(questions: Questions, domain: string): Promise<Finding> {
  const name = `_mta-sts.${domain}`;
  const texts = await questions.texts(name);
  if (texts.outcome === 'silent') return silent('MTA-STS', name, texts.code);
  const found = (texts.outcome === 'none' ? [] : texts.value).filter(text => /^v=STSv1\s*;/i.test(text));
  if (found.length !== 1)
    return {
      record: 'MTA-STS',
      state: 'warning',
      found,
      th: 'ไม่ได้ประกาศ MTA-STS ผู้ส่งจะเข้ารหัสเมื่อทำได้ แต่ไม่บังคับ',
      en: 'MTA-STS is not published: senders encrypt when they can, and need not.',
      publish: { name: `${name}.`, type: 'TXT', value: '"v=STSv1; id=20260101T000000;"' },
    };
  const url = `https://mta-sts.${domain}/.well-known/mta-sts.txt`;
  const page = await questions.page(url);
  if (page.outcome === 'silent') return silent('MTA-STS', url, page.code);
  const text = page.outcome === 'found' ? page.value : '';
  const mode = /^mode:\s*(enforce|testing|none)\s*$/im.exec(text)?.[1];
  const good = /^version:\s*STSv1\s*$/im.test(text) && mode === 'enforce' && /^mx:\s*\S+/im.test(text);
  return {
    record: 'MTA-STS',
    state: good ? 'good' : mode === 'testing' ? 'warning' : 'fault',
    found: [
      ...found,
      ...text
        .split(/\r?\n/)
        .filter(line => line !== '')
        .slice(0, 10),
    ],
    th: good
      ? 'ผู้ส่งต้องเข้ารหัสและตรวจใบรับรอง'
      : mode === 'testing'
        ? 'นโยบายอยู่ในโหมดทดลอง (testing)'
        : `ประกาศไว้ แต่อ่านนโยบายที่ ${url} ไม่ได้หรือไม่ถูกต้อง`,
    en: good
      ? 'Senders must encrypt and check the certificate.'
      : mode === 'testing'
        ? 'The policy is only being tested.'
        : `It is announced, but the policy at ${url} cannot be read or is not right.`,
    publish: null,
  };
}

async function checkReports(questions: Questions, domain: string): Promise<Finding> {
  const name = `_smtp._tls.${domain}`;
  const texts = await questions.texts(name);
  if (texts.outcome === 'silent') return silent('TLSRPT', name, texts.code);
  const found = (texts.outcome === 'none' ? [] : texts.value).filter(text => /^v=TLSRPTv1\s*;/i.test(text));
  const good = found.length === 1 && /rua=(mailto|https):/i.test(found[0] ?? '');
  return {
    record: 'TLSRPT',
    state: good ? 'good' : 'warning',
    found,
    th: good ? 'ผู้ส่งจะรายงานเมื่อเข้ารหัสไม่สำเร็จ' : 'ไม่มีที่รับรายงานปัญหาการเข้ารหัส',
    en: good ? 'Senders report when encryption fails.' : 'Nobody is told when encryption fails.',
    publish: good ? null : { name: `${name}.`, type: 'TXT', value: `"v=TLSRPTv1; rua=mailto:postmaster@${domain}"` },
  };
}

async function checkCaa(questions: Questions, domain: string): Promise<Finding> {
  // RFC 8659 section 3: the closest parent that has records counts.
  let name = domain;
  for (;;) {
    const records = await questions.caa(name);
    if (records.outcome === 'silent') return silent('CAA', name, records.code);
    if (records.outcome === 'found' && records.value.length > 0) {
      const found = records.value.map(record => `${name} ${record.tag} ${record.value}`);
      return {
        record: 'CAA',
        state: 'good',
        found,
        th: 'จำกัดผู้ออกใบรับรองไว้แล้ว',
        en: 'Who may issue certificates is limited.',
        publish: null,
      };
    }
    const dot = name.indexOf('.');
    if (dot < 0 || !name.slice(dot + 1).includes('.')) break;
    name = name.slice(dot + 1);
  }
  return {
    record: 'CAA',
    state: 'warning',
    found: [],
    th: 'ผู้ออกใบรับรองรายใดก็ออกใบรับรองในชื่อนี้ได้',
    en: 'Any authority may issue a certificate in this name.',
    publish: { name: `${domain}.`, type: 'CAA', value: '0 issue "letsencrypt.org"' },
  };
}
