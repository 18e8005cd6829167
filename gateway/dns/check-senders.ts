/** Will what we send be believed? SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489). */
import type { DomainToCheck } from './check-domain.ts';
import { type Finding, silent } from './finding.ts';
import type { Questions } from './questions.ts';

export async function checkSenders(questions: Questions, domain: string, input: DomainToCheck): Promise<Finding[]> {
  return [await checkSpf(questions, domain, input), await checkDkim(questions, domain, input), await checkDmarc(questions, domain, input)];
}

async function checkSpf(questions: Questions, domain: string, input: DomainToCheck): Promise<Finding> {
  const texts = await questions.texts(domain);
  if (texts.outcome === 'silent') return silent('SPF', domain, texts.code);
  const records = (texts.outcome === 'none' ? [] : texts.value).filter(text => /^v=spf1(\s|$)/i.test(text));
  const through = input.sendsThrough.kind === 'relay' ? `a:${input.sendsThrough.host}` : 'mx';
  const publish = { name: `${domain}.`, type: 'TXT', value: `"v=spf1 ${through} -all"` } as const;
  const [record] = records;
  if (record === undefined)
    return {
      record: 'SPF',
      state: 'fault',
      found: [],
      th: 'ไม่มี SPF ใครก็ส่งจดหมายในชื่อหน่วยงานได้ และจดหมายของเราอาจถูกมองเป็นขยะ',
      en: 'There is no SPF: anybody may send in your name, and your own mail may be taken for spam.',
      publish,
    };
  if (records.length > 1)
    return {
      record: 'SPF',
      state: 'fault',
      found: records,
      th: 'มี SPF มากกว่าหนึ่งระเบียน ผู้รับจะถือว่าผิดทั้งหมด (RFC 7208 ข้อ 4.5) ให้เหลือระเบียนเดียว',
      en: 'There is more than one SPF record, which counts as an error (RFC 7208 section 4.5): leave one.',
      publish,
    };
  const all = /(?:^|\s)([+?~-]?)all(?:\s|$)/i.exec(record)?.[1];
  const open = all === '+' || all === '' || all === '?';
  const ends = all !== undefined || /(?:^|\s)redirect=/i.test(record);
  const good = ends && !open;
  return {
    record: 'SPF',
    state: good ? 'good' : 'warning',
    found: [record],
    th: good ? 'มี SPF โปรดตรวจว่าเครื่องที่ส่งจดหมายของหน่วยงานอยู่ในระเบียนนี้' : 'SPF นี้อนุญาตให้ทุกเครื่องส่งได้ ควรลงท้ายด้วย -all หรือ ~all',
    en: good
      ? 'There is an SPF record; see that the server that sends your mail is in it.'
      : 'This SPF lets every machine send: end it with -all or ~all.',
    publish: good ? null : publish,
  };
}

async function checkDkim(questions: Questions, domain: string, input: DomainToCheck): Promise<Finding> {
  if (input.dkim === null)
    return {
      record: 'DKIM',
      state: input.sendsThrough.kind === 'direct' ? 'warning' : 'unknown',
      found: [],
      th: 'สารบรรณยังไม่ได้ลงลายเซ็น DKIM เอง หากส่งผ่านรีเลย์ ให้รีเลย์เป็นผู้ลงลายเซ็น',
      en: 'Saraban does not sign with DKIM itself; where mail goes through a relay, let the relay sign it.',
      publish: null,
    };
  const name = `${input.dkim.selector}._domainkey.${domain}`;
  const value = `v=DKIM1; k=rsa; p=${input.dkim.publicKey}`;
  const publish = { name: `${name}.`, type: 'TXT', value: quoted(value) } as const;
  const texts = await questions.texts(name);
  if (texts.outcome === 'silent') return silent('DKIM', name, texts.code);
  const found = texts.outcome === 'none' ? [] : texts.value;
  const keys = found.map(text => /(?:^|;)\s*p=([^;]*)/i.exec(text)?.[1]?.replace(/\s/g, '') ?? '');
  const good = keys.includes(input.dkim.publicKey);
  return {
    record: 'DKIM',
    state: good ? 'good' : 'fault',
    found,
    th: good
      ? 'กุญแจสาธารณะตรงกับกุญแจที่ใช้ลงลายเซ็น'
      : found.length === 0
        ? `ยังไม่ได้ประกาศกุญแจที่ ${name}`
        : `กุญแจที่ประกาศไว้ที่ ${name} ไม่ใช่กุญแจที่ใช้ลงลายเซ็น`,
    en: good
      ? 'The published key is the one that signs.'
      : found.length === 0
        ? `No key is published at ${name}.`
        : `The key published at ${name} is not the one that signs.`,
    publish: good ? null : publish,
  };
}

async function checkDmarc(questions: Questions, domain: string, input: DomainToCheck): Promise<Finding> {
  const name = `_dmarc.${domain}`;
  const texts = await questions.texts(name);
  if (texts.outcome === 'silent') return silent('DMARC', name, texts.code);
  const found = (texts.outcome === 'none' ? [] : texts.value).filter(text => /^v=DMARC1\s*(;|$)/i.test(text));
  const policy = /(?:^|;)\s*p\s*=\s*(none|quarantine|reject)\s*(?:;|$)/i.exec(found[0] ?? '')?.[1]?.toLowerCase();
  const good = found.length === 1 && (policy === 'quarantine' || policy === 'reject');
  const [th, en] = good
    ? ['ผู้รับจะไม่เชื่อจดหมายปลอมในชื่อหน่วยงาน', 'Receivers will not believe mail forged in your name.']
    : policy === 'none' && found.length === 1
      ? [
          'ยังเป็นเพียงการเฝ้าดู (p=none) เมื่อแน่ใจว่า SPF และ DKIM ครบแล้ว ให้เปลี่ยนเป็น quarantine แล้ว reject',
          'It only watches (p=none). Once SPF and DKIM are right, go on to quarantine, then reject.',
        ]
      : found.length > 1
        ? ['มี DMARC มากกว่าหนึ่งระเบียน ผู้รับจะไม่สนใจทั้งหมด', 'There is more than one DMARC record, so none counts.']
        : ['ไม่มี DMARC จดหมายปลอมในชื่อหน่วยงานจะถึงผู้รับ', 'There is no DMARC: mail forged in your name reaches people.'];
  const value = `"v=DMARC1; p=quarantine; rua=mailto:${input.address}"`;
  return {
    record: 'DMARC',
    state: good ? 'good' : policy === 'none' ? 'warning' : 'fault',
    found,
    th,
    en,
    publish: good ? null : { name: `${name}.`, type: 'TXT', value },
  };
}

/** TXT strings hold 255 bytes at most (RFC 1035 section 3.3.14): a long key is written as several. */
export function quoted(value: string): string {
  return (value.match(/.{1,255}/g) ?? []).map(part => `"${part}"`).join(' ');
}
