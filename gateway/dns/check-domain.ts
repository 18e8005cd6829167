/**
 * Looks at a central address as the rest of the world does: can letters come in (MX, A, port 25), and will what we send be believed (PTR, SPF, DKIM, DMARC)?
 * Used by `saraban dns check` and by the daily look of the night. Every finding says what it means and what to publish.
 */
import { isIP } from 'node:net';
import { checkPolicies } from './check-policies.ts';
import { checkSenders } from './check-senders.ts';
import { type Finding, silent } from './finding.ts';
import type { Questions } from './questions.ts';

export interface DomainToCheck {
  /** The central address. */
  address: string;
  /** How this machine is called, as it says in EHLO. */
  host: string;
  /** How outgoing mail leaves: through a relay, whose addresses must be allowed then, or from here. */
  sendsThrough: { kind: 'direct' } | { kind: 'relay'; host: string } | { kind: 'none' };
  /** The key that signs our mail; null when nothing is signed here. */
  dkim: { selector: string; publicKey: string } | null;
  /** What a central address begins with (the rule pack's `central-address`; annex 7). */
  addressPrefix: string;
}

/** @returns findings in the order a letter meets them */
export async function checkDomain(questions: Questions, input: DomainToCheck): Promise<Finding[]> {
  const domain = input.address.slice(input.address.lastIndexOf('@') + 1);
  const way = await checkWayIn(questions, domain, input);
  return [checkAddress(input), ...way, ...(await checkSenders(questions, domain, input)), ...(await checkPolicies(questions, domain))];
}

function checkAddress({ address, addressPrefix }: DomainToCheck): Finding {
  const local = address.slice(0, address.lastIndexOf('@')).toLowerCase();
  const good = local === addressPrefix || (local.startsWith(addressPrefix) && /^[_.-]/.test(local.slice(addressPrefix.length)));
  return {
    record: 'address',
    state: good ? 'good' : 'warning',
    found: [address],
    th: good ? 'ชื่อที่อยู่เป็นไปตามภาคผนวก 7' : `ภาคผนวก 7 กำหนดให้ที่อยู่กลางขึ้นต้นด้วย ${addressPrefix}`,
    en: good ? 'The address is named as annex 7 asks.' : `Annex 7 asks for a central address that begins with ${addressPrefix}.`,
    publish: null,
  };
}

async function checkWayIn(questions: Questions, domain: string, input: DomainToCheck): Promise<Finding[]> {
  const mx = await questions.mx(domain);
  if (mx.outcome === 'silent') return [silent('MX', domain, mx.code)];
  const toPublish = { name: `${domain}.`, type: 'MX', value: `10 ${input.host}.` } as const;
  const servers = mx.outcome === 'none' ? [] : [...mx.value].sort((a, b) => a.priority - b.priority);
  if (servers.length === 1 && ['', '.'].includes(servers[0]?.exchange ?? ''))
    return [
      {
        record: 'MX',
        state: 'fault',
        found: ['0 .'],
        th: 'โดเมนประกาศว่าไม่รับจดหมาย (RFC 7505) หนังสือทุกฉบับจะถูกตีกลับ',
        en: 'The domain says that it takes no mail (RFC 7505): every letter bounces.',
        publish: toPublish,
      },
    ];
  if (servers.length === 0)
    return [
      {
        record: 'MX',
        state: 'fault',
        found: [],
        th: 'ไม่มีระเบียน MX ผู้ส่งหาเครื่องรับไม่พบ',
        en: 'There is no MX record: senders do not find the mail server.',
        publish: toPublish,
      },
    ];
  const ours = servers.some(server => sameName(server.exchange, input.host));
  const findings: Finding[] = [
    {
      record: 'MX',
      state: 'good',
      found: servers.map(server => `${server.priority} ${server.exchange}`),
      th: ours ? 'จดหมายมาที่เครื่องนี้โดยตรง' : 'จดหมายมาที่เครื่องอื่นก่อน ซึ่งต้องส่งต่อมายังสารบรรณ (ดู deploy/postfix)',
      en: ours
        ? 'Mail comes straight to this machine.'
        : 'Mail comes to another server first, which must hand it on to Saraban (see deploy/postfix).',
      publish: null,
    },
  ];
  for (const server of servers.slice(0, 5)) findings.push(...(await checkServer(questions, server.exchange)));
  return findings;
}

async function checkServer(questions: Questions, name: string): Promise<Finding[]> {
  if (isIP(name) !== 0)
    return [
      {
        record: 'A',
        state: 'fault',
        found: [name],
        th: `MX ต้องเป็นชื่อ ไม่ใช่หมายเลขไอพี (RFC 5321 ข้อ 5.1)`,
        en: `An MX must be a name, not an address (RFC 5321 section 5.1).`,
        publish: null,
      },
    ];
  const found = await questions.addresses(name);
  if (found.outcome === 'silent') return [silent('A', name, found.code)];
  if (found.outcome === 'none')
    return [
      {
        record: 'A',
        state: 'fault',
        found: [],
        th: `${name} ไม่มีหมายเลขไอพี`,
        en: `${name} has no address.`,
        publish: { name: `${name}.`, type: 'A', value: 'หมายเลขไอพีสาธารณะของเครื่องนี้ · the public IP address of this machine' },
      },
    ];
  const addresses = found.value;
  const findings: Finding[] = [
    {
      record: 'A',
      state: 'good',
      found: addresses.map(address => `${name} ${address}`),
      th: `${name} มีหมายเลขไอพี`,
      en: `${name} has an address.`,
      publish: null,
    },
  ];
  for (const address of addresses.slice(0, 4))
    findings.push(await checkReverse(questions, name, address), await checkPort(questions, name, address));
  return findings;
}

async function checkReverse(questions: Questions, name: string, address: string): Promise<Finding> {
  const names = await questions.reverse(address);
  if (names.outcome === 'silent') return silent('PTR', address, names.code);
  const found = names.outcome === 'none' ? [] : names.value;
  const good = found.some(one => sameName(one, name));
  return {
    record: 'PTR',
    state: good ? 'good' : found.length > 0 ? 'warning' : 'fault',
    found: found.map(one => `${address} ${one}`),
    th: good
      ? 'ชื่อย้อนกลับตรงกับชื่อเครื่อง'
      : `ชื่อย้อนกลับของ ${address} ต้องเป็น ${name} มิฉะนั้นผู้รับหลายแห่งจะปฏิเสธจดหมายของเรา ขอให้ผู้ให้บริการอินเทอร์เน็ตตั้งให้`,
    en: good
      ? 'The reverse name is that of the server.'
      : `The reverse name of ${address} should be ${name}, or many will refuse our mail. Your internet provider sets it.`,
    publish: good ? null : { name: address, type: 'PTR', value: `${name}.` },
  };
}

async function checkPort(questions: Questions, name: string, address: string): Promise<Finding> {
  const heard = await questions.greeting(address);
  const greeted = heard.outcome === 'found' && /^220[ -]/.test(heard.value);
  return {
    record: 'port 25',
    // From inside a network one's own public address is often out of reach: then only a stranger can tell.
    state: greeted ? 'good' : heard.outcome === 'none' ? 'fault' : 'unknown',
    found: heard.outcome === 'found' ? [`${address} ${heard.value.slice(0, 200)}`] : [],
    th: greeted
      ? `พอร์ต 25 ของ ${name} ตอบรับ`
      : heard.outcome === 'none'
        ? `พอร์ต 25 ของ ${name} (${address}) ปิดอยู่ จดหมายเข้าไม่ได้`
        : `พอร์ต 25 ของ ${name} (${address}) ไม่ตอบจากเครื่องนี้ โปรดลองจากภายนอก: swaks --server ${address} --quit-after BANNER`,
    en: greeted
      ? `Port 25 of ${name} answers.`
      : heard.outcome === 'none'
        ? `Port 25 of ${name} (${address}) is closed: no mail comes in.`
        : `Port 25 of ${name} (${address}) does not answer from here. Try from outside: swaks --server ${address} --quit-after BANNER`,
    publish: null,
  };
}

export function sameName(one: string, other: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/\.$/, '');
  return plain(one) === plain(other);
}
