/** `saraban rules`: checks a file of routing rules, and says what the rules would do with a letter and why. The saved rules are not touched. */
import { existsSync } from 'node:fs';
import type { Settings } from '../config/settings.ts';
import { listAccounts, listUnits } from '../register/look/office.ts';
import { type Decision, decide, type RuleTrace } from '../register/route/decide.ts';
import type { RuleFault } from '../register/route/rule-faults.ts';
import { checkUnits, parseRules, type RuleSet } from '../register/route/rules.ts';
import { listOf, readArguments, runPart, textOf, usage } from './arguments.ts';
import { type CommandContext, DONE, FAILED } from './command.ts';
import { layoutOf } from './postgres/layout.ts';
import { readFileNamed } from './rules/file-named.ts';
import { describeLetter, letterFromEml, letterFromWords } from './rules/letter-to-test.ts';
import { agencies, chooseAgency, officerAtTerminal, withRegister } from './with-register.ts';

export async function rules(args: string[], context: CommandContext): Promise<number> {
  return await runPart('rules', { check, test }, args, context);
}

/** Exit 1 when the file has faults, each said with its line. */
async function check(args: string[], context: CommandContext): Promise<number> {
  const { values, words } = readArguments(args, { agency: { type: 'string' } }, { words: ['FILE'] });
  const file = words[0] ?? '';
  const parsed = parseRules((await readFileNamed(file)).toString('utf8'));
  if (parsed.outcome === 'faults') return sayFaults(file, parsed.faults, context);
  const known = await knownNames(context, textOf(values, 'agency'));
  const faults = known === null ? [] : checkUnits(parsed.rules, known.units, known.logins);
  if (faults.length > 0) return sayFaults(file, faults, context);
  if (known === null) context.note('ไม่ได้ตรวจรหัสหน่วยงาน (ระบุ --agency) · the units were not looked up (say --agency)');
  const count = parsed.rules.rules.length;
  context.answer(`${file}: ถูกต้อง ${count} กฎ · good, ${count} rules`, { file, rules: count, unitsChecked: known !== null, faults: [] });
  return DONE;
}

function sayFaults(file: string, faults: RuleFault[], context: CommandContext): number {
  const lines = faults.map(({ line, column, message }) => `${file}:${line}:${column}: ${message.th} · ${message.en}`);
  context.answer(lines.join('\n'), { file, faults });
  return FAILED;
}

/** What the agency has; null when none is named and there is not just one. A database is not made for the question's sake. */
async function knownNames(context: CommandContext, code: string | undefined): Promise<{ units: string[]; logins: string[] } | null> {
  const settings = context.settings();
  if (code === undefined && !hasDatabase(settings)) return null;
  return await withRegister(settings, async register => {
    if (code === undefined && (await agencies(register.db)).length !== 1) return null;
    const officer = officerAtTerminal((await chooseAgency(register.db, code)).id);
    const units = (await listUnits(register.db, officer)).filter(unit => unit.state === 'active');
    const accounts = await listAccounts(register.db, officer);
    return {
      units: units.map(unit => unit.code),
      logins: accounts.filter(account => account.state === 'active').map(account => account.login),
    };
  });
}

function hasDatabase(settings: Settings): boolean {
  return settings.databaseUrl !== null || (existsSync(settings.data) && existsSync(layoutOf(settings.data).cluster));
}

/** Exit 1 when the file has faults. That no rule takes the letter is an answer too: then it waits for the saraban officer. */
async function test(args: string[], context: CommandContext): Promise<number> {
  const text = { type: 'string' } as const;
  const described = {
    from: text,
    subject: text,
    text,
    'letter-number': text,
    attachments: text,
    urgency: text,
    circular: { type: 'boolean' } as const,
  };
  const { values, words } = readArguments(args, { ...described, tag: text, eml: text }, { words: ['FILE'] });
  const eml = textOf(values, 'eml');
  const both = Object.keys(described).find(name => eml !== undefined && values[name] !== undefined);
  if (both !== undefined) throw usage(`--eml ใช้พร้อมกับ --${both} ไม่ได้`, `--eml cannot be used together with --${both}`);
  const tags = listOf(values, 'tag');
  const fromWords = eml === undefined ? letterFromWords(values, tags) : null;
  const file = words[0] ?? '';
  const parsed = parseRules((await readFileNamed(file)).toString('utf8'));
  if (parsed.outcome === 'faults') return sayFaults(file, parsed.faults, context);
  const letter = fromWords ?? (await letterFromEml(eml ?? '', tags));
  const decision = decide(parsed.rules, letter);
  const lines = [...describeLetter(letter), '', ...describeDecision(parsed.rules, decision)];
  const { text: _text, ...shown } = letter;
  context.answer(lines.join('\n'), { letter: shown, recipients: decision.recipients, trace: decision.trace });
  return DONE;
}

function describeDecision(set: RuleSet, { recipients, trace }: Decision): string[] {
  const untried = set.rules.length - trace.length;
  const result = recipients.map(one => {
    const purpose = one.purpose === 'action' ? 'เพื่อดำเนินการ for action' : 'เพื่อทราบ for information';
    const extra = [one.officer, one.instruction, one.dueInDays === null ? null : `${one.dueInDays} วัน days`].filter(text => text !== null);
    return `  → ${[`${one.unit} (${purpose})`, ...extra].join(', ')}: ${one.rule}`;
  });
  return [
    ...trace.flatMap(describeRule),
    ...(untried > 0 ? [`  อีก ${untried} กฎไม่ถูกใช้ · ${untried} further rules were not tried`] : []),
    '',
    ...(result.length > 0
      ? ['ผล · Result', ...result]
      : ['ผล · Result: ไม่มีกฎใดตรง รอเจ้าหน้าที่สารบรรณ · no rule matches: it waits for the saraban officer']),
  ];
}

function describeRule({ rule, line, matched, conditions }: RuleTrace): string[] {
  const verdict = matched ? 'ตรง MATCHES' : 'ไม่ตรง no';
  const why = conditions.map(one => `      ${one.matched ? '✓' : '✗'} ${one.name}: ${one.why.th} · ${one.why.en}`);
  return [
    `${matched ? '✓' : '✗'} ${rule} (บรรทัด line ${line}): ${verdict}`,
    ...(why.length > 0 ? why : ['      ไม่มีเงื่อนไข · no condition']),
  ];
}
