/** Routing a letter to units and officers, and what a unit does with what it got: confirm, note, pass on, close; taking it back. */
import { may } from '../../register/access.ts';
import { routeEntry, withdrawRoute } from '../../register/act/route.ts';
import { closeRoute, confirmRoute, noteRoute, passOnRoute } from '../../register/act/unit-route.ts';
import type { EntryDetail } from '../../register/look/entry-row.ts';
import { listAccounts, listUnits } from '../../register/look/office.ts';
import { sendForbidden } from '../errors.ts';
import { listField, type Request, textField } from '../http.ts';
import { formatOf, inLanguage, type PageContext } from '../page.ts';
import type { SignedIn } from '../visit.ts';
import type { PageHandler } from '../who.ts';
import { type Choice, type Form, field, placeOf, type RecipientChoice, sendForm, settle, versionOf } from './act-form.ts';
import { badDate, dayIn } from './amend.ts';
import { entryForm, withEntry } from './entry-acts.ts';

type Purpose = 'action' | 'information';

export function routeForm(context: PageContext): PageHandler {
  return withEntry(context, async (request, response, visit, entry, place) => {
    const words = visit.text.act;
    if (!may(visit.officer, 'route')) {
      sendForbidden(context, request, response);
      return;
    }
    const posted = request.method === 'POST';
    const dueText = posted ? textField(request.body, 'dueOn') : entry.dueOn === null ? '' : formatOf(visit).day(entry.dueOn);
    const recipients = await recipientsOf(context, visit, request, entry);
    const form = entryForm(visit, entry, 'route', {
      title: words.routeTitle,
      lead: recipients.length === 0 ? words.noUnits : words.routeLead,
      submit: recipients.length === 0 ? '' : words.route,
      fields:
        recipients.length === 0
          ? []
          : [
              field('recipients', words.unit, { recipients, long: recipients.length > 8, wide: true }),
              field('instruction', words.instruction, {
                area: true,
                wide: true,
                optional: true,
                value: textField(request.body, 'instruction'),
              }),
              field('dueOn', words.due, { value: dueText, optional: true, hint: words.letterDateHelp }),
            ],
    });
    if (!posted) {
      await sendForm(context, request, response, visit, form, place);
      return;
    }
    const dueOn = dayIn(dueText);
    const chosen = listField(request.body, 'unit');
    if (dueOn === undefined || chosen.length === 0) {
      const none = { field: 'recipients', message: { th: 'เลือกผู้รับอย่างน้อยหนึ่งแห่ง', en: 'Choose at least one recipient.' } };
      await sendForm(context, request, response, visit, form, place, {
        faults: [...(chosen.length === 0 ? [none] : []), ...(dueOn === undefined ? [badDate('dueOn')] : [])],
      });
      return;
    }
    const outcome = await routeEntry(context, visit.officer, {
      entryId: entry.id,
      version: versionOf(request),
      recipients: chosen.map(unitId => ({
        unitId,
        accountId: textField(request.body, `officer-${unitId}`) || null,
        purpose: purposeIn(textField(request.body, `purpose-${unitId}`)),
      })),
      instruction: textField(request.body, 'instruction'),
      dueOn,
    });
    await settle(context, request, response, visit, outcome, { place, form, done: () => ({ kind: 'routed', detail: '' }) });
  });
}

function purposeIn(text: string): Purpose {
  return text === 'information' ? 'information' : 'action';
}

async function recipientsOf(context: PageContext, visit: SignedIn, request: Request, entry: EntryDetail): Promise<RecipientChoice[]> {
  const [units, accounts] = await Promise.all([listUnits(context.db, visit.officer), listAccounts(context.db, visit.officer)]);
  const { act, code } = visit.text;
  const chosen = new Set(listField(request.body, 'unit'));
  return units
    .filter(unit => unit.state === 'active')
    .map(unit => {
      const purpose = purposeIn(textField(request.body, `purpose-${unit.id}`));
      const officer = textField(request.body, `officer-${unit.id}`);
      const members = accounts.filter(account => account.state === 'active' && account.unitIds.includes(unit.id));
      return {
        id: unit.id,
        label: inLanguage(visit, unit.nameTh, unit.nameEn),
        checked: chosen.has(unit.id),
        disabled: entry.routes.some(
          route => route.unitId === unit.id && route.accountId === null && (route.state === 'waiting' || route.state === 'confirmed'),
        ),
        purposes: (['action', 'information'] as const).map(value => ({ value, label: code.purpose[value], chosen: value === purpose })),
        officers: [
          { value: '', label: act.anyOfficer, chosen: officer === '' },
          ...members.map(member => ({ value: member.id, label: member.name, chosen: member.id === officer })),
        ],
      };
    });
}

export function confirmRoutePress(context: PageContext): PageHandler {
  return async (request, response, visit) => {
    const outcome = await confirmRoute(context, visit.officer, { routeId: textField(request.params, 'id') });
    await settle(context, request, response, visit, outcome, {
      place: placeOf(request, '/in-tray', 'in-tray'),
      done: ({ unitNumber, unitYear }) => ({
        kind: 'routeConfirmed',
        detail: formatOf(visit).registerNumber({ number: unitNumber, year: unitYear }),
      }),
    });
  };
}

type RouteVerb = 'note' | 'close' | 'withdraw';

export function routeVerbForm(context: PageContext, verb: RouteVerb): PageHandler {
  return async (request, response, visit) => {
    const routeId = textField(request.params, 'id');
    const words = visit.text.act;
    const place = placeOf(request, '/in-tray', 'in-tray');
    const note = textField(request.body, verb === 'withdraw' ? 'reason' : 'note');
    const answered = textField(request.body, 'answered') === 'yes';
    const base = { about: '', action: `/routes/${routeId}/${verb}`, danger: false, two: false, version: '' };
    const forms: Record<RouteVerb, Form> = {
      note: {
        ...base,
        title: words.noteRoute,
        lead: words.noteRouteLead,
        submit: words.save,
        fields: [field('note', words.note, { area: true, value: note })],
      },
      close: {
        ...base,
        title: words.closeRoute,
        lead: words.closeRouteLead,
        submit: words.closeRoute,
        fields: [
          field('note', words.note, { area: true, optional: true, value: note }),
          field('answered', words.answered, { check: true, checked: answered }),
        ],
      },
      withdraw: {
        ...base,
        title: words.withdraw,
        lead: words.withdrawLead,
        submit: words.withdraw,
        danger: true,
        fields: [field('reason', words.reason, { area: true, value: note })],
      },
    };
    const form = forms[verb];
    if (request.method !== 'POST') await sendForm(context, request, response, visit, form, place);
    else if (verb === 'note') {
      const outcome = await noteRoute(context, visit.officer, { routeId, note });
      await settle(context, request, response, visit, outcome, { place, form, done: () => ({ kind: 'noted', detail: '' }) });
    } else if (verb === 'withdraw') {
      const outcome = await withdrawRoute(context, visit.officer, { routeId, reason: note });
      await settle(context, request, response, visit, outcome, { place, form, done: () => ({ kind: 'withdrawn', detail: '' }) });
    } else {
      const outcome = await closeRoute(context, visit.officer, { routeId, note, answered });
      await settle(context, request, response, visit, outcome, {
        place,
        form,
        done: ({ entryClosed }) => ({ kind: entryClosed ? 'entryClosedToo' : 'routeClosed', detail: '' }),
      });
    }
  };
}

export function passOnForm(context: PageContext): PageHandler {
  return async (request, response, visit) => {
    const routeId = textField(request.params, 'id');
    const { act, code } = visit.text;
    const place = placeOf(request, '/in-tray', 'in-tray');
    const typed = {
      unit: textField(request.body, 'unitId'),
      purpose: purposeIn(textField(request.body, 'purpose')),
      instruction: textField(request.body, 'instruction'),
    };
    const units = (await listUnits(context.db, visit.officer)).filter(unit => unit.state === 'active');
    const choices: Choice[] = units.map(unit => ({
      value: unit.id,
      label: inLanguage(visit, unit.nameTh, unit.nameEn),
      chosen: unit.id === typed.unit,
    }));
    const form: Form = {
      title: act.passOn,
      about: '',
      lead: act.passOnLead,
      action: `/routes/${routeId}/pass-on`,
      submit: act.passOn,
      danger: false,
      two: false,
      version: '',
      fields: [
        field('unitId', act.unit, { options: choices }),
        field('purpose', act.purpose, {
          options: (['action', 'information'] as const).map(value => ({
            value,
            label: code.purpose[value],
            chosen: value === typed.purpose,
          })),
        }),
        field('instruction', act.instruction, { area: true, optional: true, value: typed.instruction }),
      ],
    };
    if (request.method !== 'POST') {
      await sendForm(context, request, response, visit, form, place);
      return;
    }
    const outcome = await passOnRoute(context, visit.officer, {
      routeId,
      unitId: typed.unit,
      purpose: typed.purpose,
      instruction: typed.instruction,
    });
    // Having passed it on, a unit officer may not see the letter any more: the in-tray is where to go on.
    const on = visit.officer.role === 'unit' ? { ...place, to: '/in-tray' } : place;
    await settle(context, request, response, visit, outcome, { place: on, form, done: () => ({ kind: 'passedOn', detail: '' }) });
  };
}
