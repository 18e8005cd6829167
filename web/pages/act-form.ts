/**
 * Forms of acts, and what becomes of them. A form is a page of its own; a script shows the same form in a dialog. What an act answers is turned here
 * into the next page: done, faults field by field, "somebody was faster", not found.
 */
import type { ActOutcome, Fault } from '../../register/officer.ts';
import { sendForbidden, sendNotFound } from '../errors.ts';
import { type Request, type Response, textField } from '../http.ts';
import { formatOf, goTo, message, ownPath, type PageContext, type RailName, sendPage, sendPart } from '../page.ts';
import type { Flash } from '../session.ts';
import { wordOf } from '../text/text.ts';
import type { SignedIn } from '../visit.ts';

export interface Choice {
  value: string;
  label: string;
  chosen: boolean;
}

export interface RecipientChoice {
  id: string;
  label: string;
  checked: boolean;
  disabled: boolean;
  purposes: Choice[];
  officers: Choice[];
}

export interface Field {
  name: string;
  label: string;
  value: string;
  type: 'text' | 'password';
  area: boolean;
  check: boolean;
  checked: boolean;
  /** Travels with the form, not shown. */
  hidden: boolean;
  options: Choice[] | null;
  recipients: RecipientChoice[] | null;
  long: boolean;
  wide: boolean;
  optional: boolean;
  hint: string;
  autocomplete: string;
  fault: string;
}

export function field(name: string, label: string, more: Partial<Field> = {}): Field {
  return {
    name,
    label,
    value: '',
    type: 'text',
    area: false,
    check: false,
    checked: false,
    hidden: false,
    options: null,
    recipients: null,
    long: false,
    wide: false,
    optional: false,
    hint: '',
    autocomplete: 'off',
    fault: '',
    ...more,
  };
}

export interface Form {
  title: string;
  /** Which letter it is about. */
  about: string;
  lead: string;
  action: string;
  /** '' when there is nothing to send. */
  submit: string;
  danger: boolean;
  two: boolean;
  version: string;
  fields: Field[];
}

export interface FormPlace {
  /** Where to go afterwards, and by "do nothing". */
  to: string;
  current: RailName;
}

/** Draws a form: the first time, or again with what was wrong with it. */
export async function sendForm(
  context: PageContext,
  request: Request,
  response: Response,
  visit: SignedIn,
  form: Form,
  place: FormPlace,
  trouble: { faults?: Fault[]; conflict?: string; version?: number } = {},
): Promise<void> {
  const faults = trouble.faults ?? [];
  const fields = form.fields.map(one => {
    const fault = faults.find(other => fieldOf(other) === one.name);
    return fault === undefined ? one : { ...one, fault: message(visit, fault.message) };
  });
  const named = faults.map(fault => ({
    label: form.fields.find(one => one.name === fieldOf(fault))?.label ?? fieldOf(fault),
    message: message(visit, fault.message),
  }));
  const inFacts = request.get('hx-target') === 'facts';
  const shown = {
    ...form,
    fields,
    faults: named,
    conflict: trouble.conflict ?? '',
    version: trouble.version === undefined ? form.version : String(trouble.version),
    to: place.to,
    target: inFacts ? '#facts' : '#dialog-body',
  };
  const status = faults.length > 0 ? 422 : trouble.conflict !== undefined ? 409 : 200;
  if (visit.partial) sendPart(context, response, 'form', { form: shown }, status);
  else
    await sendPage(
      context,
      request,
      response,
      visit,
      'form-page',
      { title: form.title, current: place.current, status },
      { form: { ...shown, target: '' } },
    );
}

/** 'recipients.0.unitId' is about the field 'recipients'. */
function fieldOf(fault: Fault): string {
  return fault.field.split(/[.[]/)[0] ?? fault.field;
}

export interface Settled<T> {
  place: FormPlace;
  /** What the next page says. */
  done: (result: { outcome: 'done' } & T) => Flash;
  /** The form as it was filled in; without one (a single press) a fault or a conflict is said on the next page. */
  form?: Form;
}

/** Goes on after an act. A second press of the same button ends here as a conflict: nothing was done twice, and the page says who did it when. */
export async function settle<T extends object>(
  context: PageContext,
  request: Request,
  response: Response,
  visit: SignedIn,
  outcome: ActOutcome<T>,
  then: Settled<T>,
): Promise<void> {
  switch (outcome.outcome) {
    case 'done':
      goTo(request, response, then.place.to, then.done(outcome));
      return;
    case 'not-found':
      sendNotFound(context, request, response);
      return;
    case 'forbidden':
      sendForbidden(context, request, response);
      return;
    case 'conflict': {
      const said = conflictWords(visit, outcome);
      if (then.form === undefined) goTo(request, response, then.place.to, { kind: 'already', detail: `· ${said}` });
      else await sendForm(context, request, response, visit, then.form, then.place, { conflict: said, version: outcome.version });
      return;
    }
    case 'invalid': {
      if (then.form !== undefined) await sendForm(context, request, response, visit, then.form, then.place, { faults: outcome.faults });
      else
        goTo(request, response, then.place.to, {
          kind: 'already',
          detail: outcome.faults.map(fault => message(visit, fault.message)).join(' '),
        });
      return;
    }
  }
}

function conflictWords(visit: SignedIn, conflict: { state: string; by: string | null; at: Date | null }): string {
  const { entry, code } = visit.text;
  const state =
    wordOf(code.state, conflict.state) === conflict.state ? wordOf(code.routeState, conflict.state) : wordOf(code.state, conflict.state);
  const who =
    conflict.by === null || conflict.at === null ? '' : `${entry.conflictBy(conflict.by, formatOf(visit).moment(conflict.at))} · `;
  return `${who}${entry.conflictState(state)}`;
}

/** Where to go after a form: where it was opened from, when it says so. */
export function placeOf(request: Request, fallback: string, current: RailName): FormPlace {
  const asked = textField(request.body, 'to') || textField(request.query, 'to');
  const from = request.get('hx-current-url');
  const opened = from !== undefined && URL.canParse(from) ? new URL(from).pathname + new URL(from).search : '';
  return { to: ownPath(asked, ownPath(opened, fallback)), current };
}

/** The version the form was drawn with: an act on a newer letter is a conflict. */
export function versionOf(request: Request): number | undefined {
  const text = textField(request.body, 'version');
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
