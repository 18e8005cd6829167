/** Routing rules: the editor with faults by line, earlier versions, and the trial of a letter that says which rule decided and why. */
import { readFileSync } from 'node:fs';
import { saveRules } from '../../register/act/rules.ts';
import { inAgency } from '../../register/db/transaction.ts';
import { currentRules, listAccounts, listUnits, type UnitRow } from '../../register/look/office.ts';
import { decide } from '../../register/route/decide.ts';
import { checkUnits, parseRules } from '../../register/route/rules.ts';
import { type Request, type Response, type Router, textField } from '../http.ts';
import { formatOf, goTo, inLanguage, message } from '../page.ts';
import { type OfficeText, officeText } from '../text/office.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { optionsOf, refusal } from './forms.ts';
import { lineNumbers } from './line-numbers.ts';
import { type OfficeContext, sendOffice } from './page.ts';
import { selectRuleText, selectRuleVersions } from './queries.ts';
import { EMPTY_LETTER, type LetterValues, letterFor, letterValues } from './trial-letter.ts';

const SAMPLE = new URL('../../config/rules/routing-sample.yaml', import.meta.url);

/** One line of what is wrong; line 0 is no line in particular. */
interface LineFault {
  line: number;
  message: string;
}

interface Shown {
  text: string;
  faults?: LineFault[];
  letter?: LetterValues;
  entryFault?: string;
  result?: object;
  viewing?: boolean;
  problem?: string;
  status?: number;
}

export function ruleRoutes(router: Router, context: OfficeContext): void {
  router.get(
    '/settings/rules',
    pageFor(context, 'manage-rules', async (request, response, visit) => {
      const wanted = textField(request.query, 'version');
      const current = await currentRules(context.db, visit.officer);
      const old =
        /^\d{1,9}$/.test(wanted) && Number(wanted) !== current?.version
          ? await inAgency(context.db, visit.agency.id, visit.officer, tx => selectRuleText(tx, Number(wanted)))
          : null;
      await show(context, request, response, visit, { text: old ?? current?.text ?? readFileSync(SAMPLE, 'utf8'), viewing: old !== null });
    }),
  );
  router.post(
    '/settings/rules',
    pageFor(context, 'manage-rules', async (request, response, visit) => {
      if (textField(request.body, 'do') === 'test') await tryLetter(context, request, response, visit);
      else await save(context, request, response, visit);
    }),
  );
}

async function save(context: OfficeContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const text = textField(request.body, 'text');
  const outcome = await saveRules(context, visit.officer, { text });
  if (outcome.outcome === 'done') {
    goTo(request, response, '/settings/rules?done=rules-saved');
    return;
  }
  const { faults, problem, status } = refusal(outcome, officeText(visit.language));
  const lines = faults.map(fault => ({ line: Number(/^line (\d+)$/.exec(fault.field)?.[1] ?? 0), message: message(visit, fault.message) }));
  await show(context, request, response, visit, { text, faults: lines, problem, status });
}

/** Tries the text as it stands in the editor. Nothing is saved and nobody gets the letter. */
async function tryLetter(context: OfficeContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const o = officeText(visit.language);
  const text = textField(request.body, 'text');
  const values = letterValues(request);
  const units = await listUnits(context.db, visit.officer);
  const parsed = parseRules(text);
  const logins = (await listAccounts(context.db, visit.officer)).map(account => account.login);
  const faults =
    parsed.outcome === 'faults'
      ? parsed.faults
      : checkUnits(
          parsed.rules,
          units.map(unit => unit.code),
          logins,
        );
  if (parsed.outcome === 'faults' || faults.length > 0) {
    const lines = faults.map(fault => ({ line: fault.line, message: message(visit, fault.message) }));
    await show(context, request, response, visit, { text, faults: lines, letter: values, problem: o.rules.notTested, status: 422 });
    return;
  }
  const letter = await letterFor(context, visit, values);
  if (letter === null) {
    await show(context, request, response, visit, { text, letter: values, entryFault: o.rules.noEntry, status: 422 });
    return;
  }
  const result = resultOf(decide(parsed.rules, letter), units, visit, o);
  await show(context, request, response, visit, { text, letter: values, result });
}

function resultOf(decision: ReturnType<typeof decide>, units: UnitRow[], visit: SignedIn, o: OfficeText): object {
  return {
    recipients: decision.recipients.map(recipient => {
      const unit = units.find(one => one.code === recipient.unit);
      return {
        unit: unit === undefined ? recipient.unit : inLanguage(visit, unit.nameTh, unit.nameEn),
        officer: recipient.officer ?? '',
        purpose: o.rules.purposes[recipient.purpose],
        due: recipient.dueInDays === null ? '' : o.rules.due(String(recipient.dueInDays)),
        rule: recipient.rule,
        instruction: recipient.instruction ?? '',
      };
    }),
    trace: decision.trace.map(tried => ({
      rule: tried.rule,
      line: tried.line,
      matched: tried.matched,
      conditions: tried.conditions.map(condition => ({ matched: condition.matched, why: message(visit, condition.why) })),
    })),
  };
}

async function show(context: OfficeContext, request: Request, response: Response, visit: SignedIn, shown: Shown): Promise<void> {
  const o = officeText(visit.language);
  const format = formatOf(visit);
  const current = await currentRules(context.db, visit.officer);
  const versions = await inAgency(context.db, visit.agency.id, visit.officer, tx => selectRuleVersions(tx));
  const lines = shown.text.split('\n');
  const letter = shown.letter ?? EMPTY_LETTER;
  await sendOffice(
    context,
    request,
    response,
    visit,
    'rules',
    { title: o.rules.title, problem: shown.problem ?? '', status: shown.status ?? 200 },
    {
      text: shown.text,
      lineNumbers: lineNumbers(shown.text),
      rows: Math.min(40, Math.max(16, lines.length + 1)),
      about:
        current === null
          ? o.rules.empty
          : `${o.rules.version} ${current.version} · ${o.rules.savedBy} ${current.savedBy} · ${format.moment(current.savedAt)}`,
      viewing: shown.viewing ?? false,
      faults: (shown.faults ?? []).map(fault => ({
        place: fault.line > 0 ? `${o.rules.line} ${fault.line}` : '',
        excerpt: (lines[fault.line - 1] ?? '').trim().slice(0, 120),
        message: fault.message,
      })),
      letter,
      entryFault: shown.entryFault ?? '',
      urgencies: optionsOf(o.rules.urgencies, letter.urgency),
      result: shown.result ?? null,
      versions:
        versions.length < 2
          ? []
          : versions.map(one => ({ version: one.version, savedBy: one.savedBy, savedAt: format.moment(one.savedAt) })),
    },
  );
}
