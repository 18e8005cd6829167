/** What the central officers do with a letter: each verb of register/act as a form or a press. */
import { may } from '../../register/access.ts';
import { sendAcknowledgement } from '../../register/act/acknowledge.ts';
import { confirmFacts } from '../../register/act/amend.ts';
import { cancelEntry } from '../../register/act/cancel.ts';
import { closeEntry, reopenEntry } from '../../register/act/close.ts';
import { confirmEntry } from '../../register/act/confirm.ts';
import { decideDuplicate } from '../../register/act/duplicate.ts';
import { moveToClassified } from '../../register/act/move-to-classified.ts';
import { returnEntry } from '../../register/act/return.ts';
import { isId } from '../../register/checks.ts';
import { getEntry } from '../../register/look/entry.ts';
import type { EntryDetail } from '../../register/look/entry-row.ts';
import { sendForbidden, sendNotFound } from '../errors.ts';
import { listField, type Request, type Response, textField } from '../http.ts';
import { formatOf, goTo, type PageContext } from '../page.ts';
import type { SignedIn } from '../visit.ts';
import type { PageHandler } from '../who.ts';
import { type Form, type FormPlace, field, placeOf, sendForm, settle, versionOf } from './act-form.ts';
import { subjectOf } from './entry-words.ts';

type EntryHandler = (request: Request, response: Response, visit: SignedIn, entry: EntryDetail, place: FormPlace) => Promise<void>;

/** A page about one letter that the officer may see. */
export function withEntry(context: PageContext, handler: EntryHandler): PageHandler {
  return async (request, response, visit) => {
    const entryId = textField(request.params, 'id');
    const entry = isId(entryId) ? await getEntry(context.db, visit.officer, entryId) : null;
    if (entry === null) sendNotFound(context, request, response);
    else await handler(request, response, visit, entry, placeOf(request, `/entries/${entry.id}`, 'register'));
  };
}

export function aboutEntry(visit: SignedIn, entry: Pick<EntryDetail, 'number' | 'year' | 'subject'>): string {
  return `${formatOf(visit).registerNumber(entry)} · ${subjectOf(visit, entry.subject)}`;
}

export function entryForm(
  visit: SignedIn,
  entry: EntryDetail,
  verb: string,
  form: Pick<Form, 'title' | 'lead' | 'submit' | 'fields'> & Partial<Form>,
): Form {
  return {
    about: aboutEntry(visit, entry),
    action: `/entries/${entry.id}/${verb}`,
    danger: false,
    two: false,
    version: String(entry.version),
    ...form,
  };
}

export function confirmPress(context: PageContext): PageHandler {
  return async (request, response, visit) => {
    const entryId = textField(request.params, 'id');
    const outcome = await confirmEntry(context, visit.officer, { entryId, version: versionOf(request) });
    await settle(context, request, response, visit, outcome, {
      place: placeOf(request, `/entries/${entryId}`, 'register'),
      done: () => ({ kind: 'confirmed', detail: '' }),
    });
  };
}

export function acknowledgePress(context: PageContext): PageHandler {
  return async (request, response, visit) => {
    const entryId = textField(request.params, 'id');
    const outcome = await sendAcknowledgement(context, visit.officer, { entryId });
    await settle(context, request, response, visit, outcome, {
      place: placeOf(request, `/entries/${entryId}`, 'register'),
      done: () => ({ kind: 'acknowledging', detail: '' }),
    });
  };
}

export function factsPress(context: PageContext): PageHandler {
  return async (request, response, visit) => {
    const entryId = textField(request.params, 'id');
    const facts = listField(request.body, 'fact');
    const outcome = await confirmFacts(context, visit.officer, facts.length === 0 ? { entryId } : { entryId, facts });
    await settle(context, request, response, visit, outcome, {
      place: placeOf(request, `/entries/${entryId}`, 'register'),
      done: () => ({ kind: 'factsConfirmed', detail: '' }),
    });
  };
}

export function duplicatePress(context: PageContext): PageHandler {
  return async (request, response, visit) => {
    const entryId = textField(request.params, 'id');
    const decision = textField(request.body, 'decision') === 'link' ? 'link' : 'dismiss';
    const outcome = await decideDuplicate(context, visit.officer, { entryId, decision });
    const kind = decision === 'link' ? 'duplicateLinked' : 'duplicateDismissed';
    await settle(context, request, response, visit, outcome, {
      place: placeOf(request, `/entries/${entryId}`, 'register'),
      done: () => ({ kind, detail: '' }),
    });
  };
}

/** Into the classified register: the officer goes on with the new entry. */
export function moveForm(context: PageContext): PageHandler {
  return withEntry(context, async (request, response, visit, entry, place) => {
    const words = visit.text.act;
    const form = entryForm(visit, entry, 'move', {
      title: words.moveTitle,
      lead: words.moveLead,
      submit: words.move,
      danger: true,
      fields: [],
    });
    if (!may(visit.officer, 'cancel')) sendForbidden(context, request, response);
    else if (request.method !== 'POST') await sendForm(context, request, response, visit, form, place);
    else {
      const outcome = await moveToClassified(context, visit.officer, { entryId: entry.id, version: versionOf(request) });
      if (outcome.outcome === 'done')
        goTo(request, response, `/entries/${outcome.entryId}`, { kind: 'moved', detail: formatOf(visit).registerNumber(outcome) });
      else await settle(context, request, response, visit, outcome, { place, form, done: () => ({ kind: 'moved', detail: '' }) });
    }
  });
}

type ReasonVerb = 'return' | 'cancel' | 'reopen' | 'close';

/** The four forms that are a reason or a note and nothing else. */
export function reasonForm(context: PageContext, verb: ReasonVerb): PageHandler {
  return withEntry(context, async (request, response, visit, entry, place) => {
    const words = visit.text.act;
    const reason = textField(request.body, verb === 'close' ? 'note' : 'reason');
    const answered = textField(request.body, 'answered') === 'yes';
    const forms: Record<ReasonVerb, Form> = {
      return: entryForm(visit, entry, verb, {
        title: words.returnTitle,
        lead: words.returnLead,
        submit: words.return,
        danger: true,
        fields: [field('reason', words.reason, { area: true, value: reason })],
      }),
      cancel: entryForm(visit, entry, verb, {
        title: words.cancelTitle,
        lead: words.cancelLead,
        submit: words.cancel,
        danger: true,
        fields: [field('reason', words.reason, { area: true, value: reason })],
      }),
      reopen: entryForm(visit, entry, verb, {
        title: words.reopen,
        lead: words.reopenLead,
        submit: words.reopen,
        fields: [field('reason', words.reason, { area: true, value: reason })],
      }),
      close: entryForm(visit, entry, verb, {
        title: words.closeEntry,
        lead: words.closeLead,
        submit: words.closeEntry,
        fields: [
          field('note', words.note, { area: true, value: reason, optional: true }),
          field('answered', words.answered, { check: true, checked: answered }),
        ],
      }),
    };
    const form = forms[verb];
    if (!may(visit.officer, verb)) sendForbidden(context, request, response);
    else if (request.method !== 'POST') await sendForm(context, request, response, visit, form, place);
    else {
      const input = { entryId: entry.id, version: versionOf(request), reason };
      const act = { return: returnEntry, cancel: cancelEntry, reopen: reopenEntry };
      const outcome =
        verb === 'close'
          ? await closeEntry(context, visit.officer, { entryId: entry.id, version: input.version, note: reason, answered })
          : await act[verb](context, visit.officer, input);
      const kinds: Record<ReasonVerb, string> = { return: 'returned', cancel: 'cancelled', reopen: 'reopened', close: 'closed' };
      await settle(context, request, response, visit, outcome, { place, form, done: () => ({ kind: kinds[verb], detail: '' }) });
    }
  });
}
