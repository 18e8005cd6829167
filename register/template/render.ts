/**
 * The only door to the template engine (handlebars). Two kinds of template go through it:
 *   - those of mails, which an agency may edit on a page: text from outside the program, so they get a small language (fields, if, unless, each, with) and nothing else;
 *   - the views of the web, which are ours: partials and helpers as the web hands them in.
 * Both are strict (a field that does not exist is a fault, not a blank in an official mail), reach no prototype, and escape HTML.
 */
import Handlebars from 'handlebars';
import type { UserMessage } from '../failure.ts';

/** 'html' escapes every value; 'text' writes values as they are (subjects, plain text). */
export type TemplateKind = 'text' | 'html';

export interface TemplateFault {
  outcome: 'fault';
  /** From 1; 0 when the fault is not at one line. */
  line: number;
  message: UserMessage;
}

export interface CompiledTemplate {
  outcome: 'ok';
  render(data: object): { outcome: 'ok'; text: string } | TemplateFault;
}

const BLOCKS = ['if', 'unless', 'each', 'with'];
const KNOWN: Record<string, boolean> = { if: true, unless: true, each: true, with: true };
// A mail has tables of attachments, so two loops inside each other are plenty; without a bound, loops in loops over a long list could stall the worker.
const DEEPEST = 8;
export const LONGEST_TEMPLATE = 200_000;

const engine = Handlebars.create();

/**
 * Compiles a template that an agency wrote, or one of our defaults for it.
 * Allowed: `{{field}}`, `{{a.b}}`, `{{#if}}`, `{{#unless}}`, `{{#each}}`, `{{#with}}`, `{{else}}`, `@index`, `@first`, `@last`, comments.
 * A field that the data lack is a fault when rendering. Never throws.
 */
export function compileTemplate(text: string, kind: TemplateKind = 'html'): CompiledTemplate | TemplateFault {
  if (text.length > LONGEST_TEMPLATE)
    return fault(0, `แม่แบบยาวเกิน ${LONGEST_TEMPLATE} ตัวอักษร`, `The template is longer than ${LONGEST_TEMPLATE} characters.`);
  try {
    const program = engine.parse(text);
    const refused = new Checker(kind).check(program);
    if (refused !== null) return refused;
    const template = engine.compile<object>(text, {
      strict: true,
      noEscape: kind === 'text',
      knownHelpers: KNOWN as never,
      knownHelpersOnly: true,
    });
    // The engine compiles at the first call; a template it cannot compile must be found now.
    engine.precompile(text, { strict: true, noEscape: kind === 'text', knownHelpers: KNOWN as never, knownHelpersOnly: true });
    return {
      outcome: 'ok',
      render(data) {
        try {
          return { outcome: 'ok', text: template(data, WALLED) };
        } catch (error) {
          return asFault(error);
        }
      },
    };
  } catch (error) {
    return asFault(error);
  }
}

const WALLED = { allowProtoMethodsByDefault: false, allowProtoPropertiesByDefault: false };

/** Walks the parsed template for what the small language leaves out. */
class Checker {
  private readonly kind: TemplateKind;

  constructor(kind: TemplateKind) {
    this.kind = kind;
  }

  check(program: hbs.AST.Program | undefined, depth = 0): TemplateFault | null {
    if (program === undefined || program === null) return null;
    for (const statement of program.body) {
      const refused = this.statement(statement, depth);
      if (refused !== null) return refused;
    }
    return null;
  }

  private statement(statement: hbs.AST.Statement, depth: number): TemplateFault | null {
    const line = statement.loc.start.line;
    switch (statement.type) {
      case 'ContentStatement':
      case 'CommentStatement':
        return null;
      case 'MustacheStatement':
        return this.mustache(statement as hbs.AST.MustacheStatement, line);
      case 'BlockStatement': {
        const block = statement as hbs.AST.BlockStatement;
        const name = block.path.original;
        if (!BLOCKS.includes(name))
          return fault(
            line,
            `ไม่รู้จักคำสั่ง {{#${name}}} ใช้ได้เฉพาะ if, unless, each และ with`,
            `{{#${name}}} is unknown; only if, unless, each and with are.`,
          );
        if (block.params.length !== 1 || block.params[0]?.type !== 'PathExpression') {
          return fault(line, `{{#${name}}} ต้องตามด้วยชื่อข้อมูลหนึ่งชื่อ`, `{{#${name}}} must be followed by one field.`);
        }
        const hidden = reachesPrototype(block.params[0], line);
        if (hidden !== null) return hidden;
        if (depth >= DEEPEST) return fault(line, `คำสั่งซ้อนกันเกิน ${DEEPEST} ชั้น`, `Blocks are nested deeper than ${DEEPEST} levels.`);
        return this.check(block.program, depth + 1) ?? this.check(block.inverse, depth + 1);
      }
      default:
        return fault(line, 'แม่แบบเรียกแม่แบบอื่น ({{> …}}) หรือคำสั่งพิเศษไม่ได้', 'A template cannot call other templates ({{> …}}) or decorators.');
    }
  }

  private mustache(mustache: hbs.AST.MustacheStatement, line: number): TemplateFault | null {
    if (mustache.path.type !== 'PathExpression' || mustache.params.length > 0 || (mustache.hash?.pairs.length ?? 0) > 0) {
      return fault(line, 'ในวงเล็บปีกกาต้องเป็นชื่อข้อมูลเพียงชื่อเดียว', 'Between the braces stands one field and nothing else.');
    }
    const hidden = reachesPrototype(mustache.path, line);
    if (hidden !== null) return hidden;
    if (this.kind === 'html' && !mustache.escaped) {
      return fault(
        line,
        'ใช้ {{{…}}} ไม่ได้ เพราะข้อความของผู้ส่งอาจกลายเป็นโค้ดในจดหมาย',
        '{{{…}}} is refused: a stranger’s text could become markup in the mail.',
      );
    }
    return null;
  }
}

/** The engine gives nothing from a prototype, but gives it silently: say so instead. */
function reachesPrototype(node: hbs.AST.Node, line: number): TemplateFault | null {
  const { parts, original } = node as hbs.AST.PathExpression;
  if (!parts.some(part => part in Object.prototype)) return null;
  return fault(line, `ไม่มีข้อมูลชื่อ {{${original}}}`, `There is no field {{${original}}}.`);
}

function fault(line: number, th: string, en: string): TemplateFault {
  return { outcome: 'fault', line, message: { th, en } };
}

function asFault(error: unknown): TemplateFault {
  const message = error instanceof Error ? error.message : String(error);
  const line = lineOf(error, message);
  const missing = /^"([^"]*)" not defined/.exec(message)?.[1];
  if (missing !== undefined) return fault(line, `ไม่มีข้อมูลชื่อ {{${missing}}}`, `There is no field {{${missing}}}.`);
  const short = message.split('\n')[0]?.slice(0, 200) ?? '';
  return fault(line, `แม่แบบผิดรูปแบบ: ${short}`, `The template is malformed: ${short}`);
}

function lineOf(error: unknown, message: string): number {
  if (typeof error === 'object' && error !== null && 'lineNumber' in error && typeof error.lineNumber === 'number') return error.lineNumber;
  return Number(/(?:on line |- )(\d+)/.exec(message)?.[1] ?? 0);
}

/** A helper of a view. For a block helper the last argument has `fn` and `inverse`; `hash` holds the named arguments. */
export type ViewHelper = (...values: never[]) => unknown;
export type View = (data: object) => string;

/**
 * Compiles a view of the web. The text is ours, so it may use partials (also `{{#> layout}} … {{> @partial-block}}`) and every helper handed in.
 * @param partials - by name; compiled when first used
 * @param helpers - by name; what they return is escaped unless it is `markup(…)`
 * @throws Error, naming the view, when it does not parse or when a field is missing at rendering: a defect of ours
 */
export function compileView(
  name: string,
  text: string,
  partials: Record<string, string> = {},
  helpers: Record<string, ViewHelper> = {},
): View {
  const own = Handlebars.create();
  for (const [partial, source] of Object.entries(partials)) own.registerPartial(partial, source);
  for (const [helper, work] of Object.entries(helpers)) own.registerHelper(helper, work as Handlebars.HelperDelegate);
  const options = { strict: true, preventIndent: true };
  try {
    own.precompile(text, options);
  } catch (error) {
    throw new Error(`view ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const template = own.compile<object>(text, options);
  return data => {
    try {
      return template(data, WALLED);
    } catch (error) {
      throw new Error(`view ${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  };
}

/** Text that is HTML already and must not be escaped again. Only for what the program itself made safe. */
export function markup(html: string): object {
  return new Handlebars.SafeString(html);
}

/** Escapes text for HTML, for helpers that put markup around a value. */
export function escapeHtml(text: string): string {
  return Handlebars.escapeExpression(text);
}
