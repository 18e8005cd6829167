/** Reads the arguments behind a command's name: every mistake is one sentence in Thai and English, and exit 2. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { nearest } from '../config/nearest.ts';
import { type CommandContext, type RunCommand, UsageError } from './command.ts';

/** Options by name; `values` holds what was said, text or `true` for a flag; `words` what stood without a name. */
export type Arguments = { values: Record<string, string | boolean | undefined>; words: string[] };

/**
 * @param options as parseArgs of node:util takes them; none of them may be `multiple`, and none may be said twice
 * @param rule.words names of the words that must follow, in order, as the usage shows them
 * @throws UsageError
 */
export function readArguments(
  args: string[],
  options: ParseArgsOptionsConfig,
  rule: { words?: string[]; required?: string[] } = {},
): Arguments {
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  const values: Arguments['values'] = {};
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const known = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (known === undefined) throw unknownOption(token.rawName, Object.keys(options));
    if (Object.hasOwn(values, token.name)) throw usage(`${token.rawName} กำหนดซ้ำ`, `${token.rawName} was given twice`);
    values[token.name] = known.type === 'string' ? textBehind(token.rawName, token.value) : flagOf(token.rawName, token.value);
  }
  const wanted = rule.words ?? [];
  const missing = wanted[words.length];
  if (missing !== undefined) throw usage(`ต้องระบุ ${missing}`, `${missing} is missing`);
  const extra = words[wanted.length];
  if (extra !== undefined) throw usage(`ไม่เข้าใจ "${extra}"`, `"${extra}" is one word too many`);
  const absent = (rule.required ?? []).filter(name => values[name] === undefined).map(name => `--${name}`);
  if (absent.length > 0) throw usage(`ต้องระบุ ${absent.join(', ')}`, `${absent.join(', ')} must be given`);
  return { values, words };
}

/** The text of an option, or undefined when it was not said. */
export function textOf(values: Arguments['values'], name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** Items of a list such as `a,b`; none when the option was not said. */
export function listOf(values: Arguments['values'], name: string): string[] {
  const items = (textOf(values, name) ?? '').split(',').map(item => item.trim());
  return items.filter(item => item !== '');
}

/** The options of `names` that were said, under the names the register uses: `given(values, { 'name-en': 'nameEn' })`. */
export function given<T extends string>(values: Arguments['values'], names: Record<string, T>): Partial<Record<T, string>> {
  const found: Partial<Record<T, string>> = {};
  for (const [option, name] of Object.entries(names)) {
    const value = textOf(values, option);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** One of several words, for example a role. @throws UsageError naming what is possible */
export function choiceOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find(choice => choice === text);
  if (found !== undefined) return found;
  const listed = choices.join(', ');
  throw usage(`${option} ${text}: ต้องเป็นค่าใดค่าหนึ่งใน ${listed}`, `must be one of ${listed}`);
}

/** Runs the part of a command that its first word names: `agency add`. */
export async function runPart(
  command: string,
  parts: Record<string, RunCommand>,
  args: string[],
  context: CommandContext,
): Promise<number> {
  const [name, ...rest] = args;
  const names = Object.keys(parts);
  const part = name !== undefined && Object.hasOwn(parts, name) ? parts[name] : undefined;
  if (part !== undefined) return await part(rest, context);
  const listed = names.join(', ');
  if (name === undefined || name.startsWith('-')) throw usage(`${command}: ต้องตามด้วย ${listed}`, `must be followed by ${listed}`);
  const meant = nearest(name, names);
  throw usage(`${command} ${name}: ไม่มีคำสั่งนี้ ใช้ได้ ${listed}`, meant ? `did you mean ${command} ${meant}?` : `it can be ${listed}`);
}

/** A UsageError with one sentence in both languages. */
export function usage(th: string, en: string): UsageError {
  return new UsageError(`${th} · ${en}`);
}

function textBehind(option: string, value: string | undefined): string {
  // `--name --role`: the value was forgotten; taking the next option for it would add an account named "--role".
  if (value === undefined || value.startsWith('--')) throw usage(`${option} ต้องมีค่าตามหลัง`, `${option} needs a value`);
  return value;
}

function flagOf(option: string, value: string | undefined): true {
  if (value !== undefined) throw usage(`${option} ไม่รับค่า`, `${option} takes no value`);
  return true;
}

function unknownOption(said: string, known: string[]): UsageError {
  const names = known.map(name => `--${name}`);
  const meant = nearest(said, names);
  if (meant) return usage(`ไม่รู้จัก ${said} หมายถึง ${meant} หรือไม่`, `did you mean ${meant}?`);
  if (names.length === 0) return usage(`ไม่รู้จัก ${said}`, `${said} is not an option`);
  return usage(`ไม่รู้จัก ${said} ใช้ได้ ${names.join(', ')}`, `${said} is not an option: there are ${names.join(', ')}`);
}

/** A port number, or null when the option was not said. @throws UsageError */
export function choiceOfPort(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw usage(`${option} ${text}: ต้องเป็นหมายเลขพอร์ต 1 ถึง 65535`, 'must be a port number, 1 to 65535');
  return port;
}
