/** `saraban dns check`: looks at the central addresses as the rest of the world does, and says which record to publish. */

import type { Settings } from '../config/settings.ts';
import { ownName } from '../gateway/dispatch/choose-courier.ts';
import { checkDomain } from '../gateway/dns/check-domain.ts';
import type { Finding } from '../gateway/dns/finding.ts';
import { createQuestions } from '../gateway/dns/questions.ts';
import { readArguments, runPart, textOf } from './arguments.ts';
import { type CommandContext, DONE, FAILED, TRY_AGAIN } from './command.ts';
import { chooseAgency, withRegister } from './with-register.ts';

const MARKS = { good: 'ดี   ok  ', warning: 'เตือน warn', fault: 'ผิด  FAIL', unknown: 'ไม่รู้ ?   ' };
// Annex 7; the rule pack's central-address-begins says where it is written.
const ADDRESS_PREFIX = 'saraban';

export async function dns(args: string[], context: CommandContext): Promise<number> {
  return await runPart('dns', { check }, args, context);
}

/** Exit 0 when nothing is at fault, 1 when something is, 75 when the name servers did not answer. */
async function check(args: string[], context: CommandContext): Promise<number> {
  const { values } = readArguments(args, { agency: { type: 'string' }, host: { type: 'string' } });
  const settings = context.settings();
  const addresses = await withRegister(settings, async register => (await chooseAgency(register.db, textOf(values, 'agency'))).addresses);
  const host = textOf(values, 'host') ?? ownName(settings.webUrl);
  const questions = createQuestions(settings.dns);
  const looked = [];
  for (const address of addresses) {
    context.note(`กำลังตรวจ ${address}… Checking ${address}…`);
    const findings = await checkDomain(questions, {
      address,
      host,
      sendsThrough: wayOut(settings),
      dkim: null,
      addressPrefix: ADDRESS_PREFIX,
    });
    looked.push({ address, findings });
  }
  const text = looked.map(({ address, findings }) => [address, ...findings.flatMap(lines)].join('\n')).join('\n\n');
  context.answer(text, { host, addresses: looked });
  const all = looked.flatMap(one => one.findings);
  return all.some(one => one.state === 'fault')
    ? FAILED
    : all.some(one => one.state === 'unknown' && one.record === 'MX')
      ? TRY_AGAIN
      : DONE;
}

function wayOut({ relay }: Settings): { kind: 'direct' } | { kind: 'relay'; host: string } | { kind: 'none' } {
  if (relay.kind === 'smtp') return { kind: 'relay', host: new URL(relay.url).hostname };
  return relay.kind === 'direct' ? { kind: 'direct' } : { kind: 'none' };
}

function lines({ record, state, found, th, en, publish }: Finding): string[] {
  const seen = found.map(line => `              ${line}`);
  const advice = publish === null ? [] : [`            → ${publish.name}  ${publish.type}  ${publish.value}`];
  return [`  ${MARKS[state]}  ${record}: ${th} · ${en}`, ...seen, ...advice];
}
