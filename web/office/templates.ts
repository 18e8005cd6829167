/**
 * Mail templates: edited here, tried on a sample letter before they are saved, shown in a frame that can run nothing.
 * What an agency writes is markup of its own; the frame's sandbox and policy hold it whatever it says.
 */
import { saveTemplate } from '../../register/act/templates.ts';
import { currentTemplates } from '../../register/look/office.ts';
import {
  checkMailTemplate,
  defaultMailTemplate,
  isMailTemplateName,
  MAIL_TEMPLATES,
  type MailTemplate,
  type MailTemplateName,
  previewMail,
} from '../../register/template/mail.ts';
import { qrPng } from '../../register/template/qr.ts';
import { markup } from '../../register/template/render.ts';
import { sendNotFound } from '../errors.ts';
import { type Request, type Response, type Router, textField } from '../http.ts';
import { formatOf, goTo, message } from '../page.ts';
import { strangersFileHeaders } from '../security.ts';
import { type OfficeText, officeText } from '../text/office.ts';
import type { SignedIn } from '../visit.ts';
import { pageFor } from '../who.ts';
import { refusal } from './forms.ts';
import { lineNumbers } from './line-numbers.ts';
import { type OfficeContext, sendOffice } from './page.ts';

/** The frame may show styles and pictures that are in the mail itself; it loads nothing and runs nothing. */
// Of our origin for the sake of our font alone: nothing in the frame may run, be sent, or reach another server.
const PREVIEW_POLICY =
  "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin";

export function templateRoutes(router: Router, context: OfficeContext): void {
  router.get(
    '/settings/templates',
    pageFor(context, 'manage-templates', (request, response, visit) => showTemplates(context, request, response, visit)),
  );
  const one = (
    path: string,
    method: 'get' | 'post',
    work: (request: Request, response: Response, visit: SignedIn, name: MailTemplateName) => Promise<void>,
  ) =>
    router[method](
      path,
      pageFor(context, 'manage-templates', async (request, response, visit) => {
        const name = textField(request.params, 'name');
        if (isMailTemplateName(name)) await work(request, response, visit, name);
        else sendNotFound(context, request, response);
      }),
    );
  one('/settings/templates/:name', 'get', async (request, response, visit, name) => {
    const standard = textField(request.query, 'standard') !== '';
    await showTemplate(context, request, response, visit, name, { template: await templateNow(context, visit, name, standard), standard });
  });
  one('/settings/templates/:name', 'post', (request, response, visit, name) => save(context, request, response, visit, name));
  one('/settings/templates/:name/preview', 'get', async (request, response, visit, name) => {
    await preview(context, response, visit, name, await templateNow(context, visit, name, textField(request.query, 'standard') !== ''));
  });
  one('/settings/templates/:name/preview', 'post', (request, response, visit, name) =>
    preview(context, response, visit, name, templateOf(request)),
  );
}

function templateOf(request: Request): MailTemplate {
  const field = (name: string) => textField(request.body, name);
  return { subject: field('subject').trim(), bodyText: field('bodyText'), bodyHtml: field('bodyHtml') };
}

async function templateNow(context: OfficeContext, visit: SignedIn, name: MailTemplateName, standard: boolean): Promise<MailTemplate> {
  const saved = standard ? undefined : (await currentTemplates(context.db, visit.officer)).find(one => one.name === name);
  return saved ?? defaultMailTemplate(name);
}

interface Fault {
  place: string;
  message: string;
}

async function save(context: OfficeContext, request: Request, response: Response, visit: SignedIn, name: MailTemplateName): Promise<void> {
  const o = officeText(visit.language);
  const template = templateOf(request);
  // Saving compiles; filling in the sample finds fields that do not exist, which would else be found by the next letter.
  const faults = faultsOf(name, template, visit, o);
  if (faults.length > 0) {
    await showTemplate(context, request, response, visit, name, { template, faults, status: 422 });
    return;
  }
  const outcome = await saveTemplate(context, visit.officer, { name, ...template });
  if (outcome.outcome === 'done') {
    goTo(request, response, `/settings/templates/${name}?done=template-saved`);
    return;
  }
  const refused = refusal(outcome, o);
  const said = refused.faults.map(fault => ({
    place: placeOf(fault.field.split(' ')[0] ?? '', Number(fault.field.split(' ')[2] ?? 0), o),
    message: message(visit, fault.message),
  }));
  await showTemplate(context, request, response, visit, name, { template, faults: said, problem: refused.problem, status: refused.status });
}

function faultsOf(name: MailTemplateName, template: MailTemplate, visit: SignedIn, o: OfficeText): Fault[] {
  return checkMailTemplate(name, template).map(fault => ({
    place: placeOf(fault.field, fault.line, o),
    message: message(visit, fault.message),
  }));
}

function placeOf(field: string, line: number, o: OfficeText): string {
  const label = field === 'subject' || field === 'bodyText' || field === 'bodyHtml' ? o.templates[field] : '';
  return line > 0 ? `${label}, ${o.templates.line} ${line}` : label;
}

async function showTemplates(context: OfficeContext, request: Request, response: Response, visit: SignedIn): Promise<void> {
  const o = officeText(visit.language);
  const format = formatOf(visit);
  const saved = await currentTemplates(context.db, visit.officer);
  await sendOffice(
    context,
    request,
    response,
    visit,
    'templates',
    { title: o.templates.title },
    {
      templates: MAIL_TEMPLATES.map(name => {
        const version = saved.find(one => one.name === name);
        const about =
          version === undefined
            ? o.templates.usesDefault
            : `${o.templates.version} ${version.version} · ${version.savedBy} · ${format.moment(version.savedAt)}`;
        return { name, title: o.templates.names[name], about };
      }),
    },
  );
}

async function showTemplate(
  context: OfficeContext,
  request: Request,
  response: Response,
  visit: SignedIn,
  name: MailTemplateName,
  shown: { template: MailTemplate; standard?: boolean; faults?: Fault[]; problem?: string; status?: number },
): Promise<void> {
  const o = officeText(visit.language);
  const saved = (await currentTemplates(context.db, visit.officer)).find(one => one.name === name);
  const about =
    saved === undefined
      ? o.templates.usesDefault
      : `${o.templates.version} ${saved.version} · ${saved.savedBy} · ${formatOf(visit).moment(saved.savedAt)}`;
  await sendOffice(
    context,
    request,
    response,
    visit,
    'template',
    { title: o.templates.names[name], problem: shown.problem ?? '', status: shown.status ?? 200 },
    {
      name,
      about,
      standard: shown.standard ?? false,
      faults: shown.faults ?? [],
      subject: shown.template.subject,
      bodyText: shown.template.bodyText,
      bodyHtml: shown.template.bodyHtml,
      textLines: lineNumbers(shown.template.bodyText),
      htmlLines: lineNumbers(shown.template.bodyHtml),
    },
  );
}

async function preview(
  context: OfficeContext,
  response: Response,
  visit: SignedIn,
  name: MailTemplateName,
  template: MailTemplate,
): Promise<void> {
  const o = officeText(visit.language);
  const { webUrl } = context.settings;
  const qrUrl = `data:image/png;base64,${(await qrPng(`${webUrl}/v/`)).toString('base64')}`;
  const tried = previewMail(name, template, { webUrl, qrUrl });
  const faults =
    tried.outcome === 'ok'
      ? []
      : tried.faults.map(fault => ({ place: placeOf(fault.field, fault.line, o), message: message(visit, fault.message) }));
  const mail = tried.outcome === 'ok' ? tried.mail : { subject: '', text: '', html: '' };
  const html = context.office.render('office/preview', {
    title: o.templates.preview,
    textTitle: o.templates.textPart,
    faults,
    subject: mail.subject,
    text: mail.text,
    html: markup(mail.html),
  });
  strangersFileHeaders(response, PREVIEW_POLICY);
  response.status(200).type('html').send(html);
}
