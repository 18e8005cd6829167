/**
 * The only door of the API to zod: what requests may hold and what answers hold. Requests are checked with these schemas, the types of the answers
 * are inferred from them, and web/api/openapi.ts makes the document out of them, so that document and check cannot differ.
 */
import { z } from 'zod';

/** Schemas with a name in the document's components. */
const components = z.registry<{ id: string }>();

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.iso.datetime();
const id = z.uuid();
const version = z.int().min(1).max(2_147_483_647);
const page = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item), next: z.string().nullable() });

const registerName = z.enum(['receive', 'receive-classified', 'send', 'send-classified']);
const entryState = z.enum(['entered', 'confirmed', 'routed', 'acting', 'closed', 'returned', 'cancelled']);
const urgency = z.enum(['normal', 'urgent', 'very-urgent', 'most-urgent']);
const secrecy = z.enum(['normal', 'confidential', 'secret', 'top-secret']);

const note = z.looseObject({ code: z.string() }).register(components, { id: 'Note' });

const notice = z
  .strictObject({
    kind: z.enum(['bounce', 'delay', 'delivered', 'relayed', 'feedback', 'read', 'auto-reply', 'acknowledgement', 'other']),
    recipients: z.array(
      z.strictObject({
        address: z.string().nullable(),
        action: z.string().nullable(),
        status: z.string().nullable(),
        hard: z.boolean().nullable(),
        reason: z.string().nullable(),
      }),
    ),
    original: z.strictObject({ messageId: z.string().nullable(), envelopeId: z.string().nullable(), token: z.string().nullable() }),
    matched: z.strictObject({ id: z.string(), certainty: z.string() }).nullable(),
  })
  .register(components, { id: 'Notice' });

const messageShape = {
  id,
  disposition: z.enum(['entered', 'notice', 'held', 'duplicate']),
  entryId: id.nullable(),
  notice: notice.nullable(),
  sha256,
  size: z.int().min(0),
  envelope: z.strictObject({ from: z.string(), to: z.array(z.string()) }),
  receivedAt: time,
  trust: z.strictObject({ spf: z.string().nullable(), dkim: z.string().nullable(), dmarc: z.string().nullable() }),
  reading: z.enum(['done', 'waiting', 'failed']),
  readingNotes: z.array(note),
};
const message = z.strictObject(messageShape).register(components, { id: 'Message' });

const heldMessage = z
  .strictObject({
    ...messageShape,
    subject: z.string(),
    from: z.strictObject({ name: z.string(), address: z.string() }),
    reason: z.string(),
  })
  .register(components, { id: 'HeldMessage' });

const attachment = z
  .strictObject({ id, name: z.string(), contentType: z.string(), size: z.int().min(0), sha256, path: z.string() })
  .register(components, { id: 'Attachment' });

const entry = z
  .strictObject({
    id,
    register: registerName,
    year: z.int(),
    number: z.int().min(1),
    state: entryState,
    stateReason: z.string(),
    version,
    messageId: id.nullable(),
    receivedAt: time,
    enteredAt: time,
    confirmedAt: time.nullable(),
    confirmedBy: z.string().nullable(),
    from: z.strictObject({ name: z.string(), address: z.string(), agency: z.string() }),
    to: z.string(),
    subject: z.string(),
    letterNumber: z.string(),
    letterDate: z.iso.date().nullable(),
    urgency,
    secrecy,
    circular: z.boolean(),
    dueOn: z.iso.date().nullable(),
    kind: z.string(),
    remark: z.string(),
    text: z.string(),
    attachments: z.array(attachment),
    acknowledgement: z.strictObject({ state: z.string(), reason: z.string(), sentAt: time.nullable() }).nullable(),
    routes: z.array(
      z.strictObject({
        id,
        unit: z.string().meta({ description: 'code of the unit' }),
        unitName: z.string(),
        officer: z.string().nullable(),
        purpose: z.enum(['action', 'information']),
        state: z.enum(['waiting', 'confirmed', 'passed-on', 'closed', 'withdrawn']),
        at: time.nullable().meta({ description: 'when the route came to this state, where the register knows it' }),
      }),
    ),
    deliveries: z.array(
      z.strictObject({
        recipient: z.string(),
        state: z.string(),
        status: z.string().nullable(),
        at: time.nullable(),
        theirNumber: z.string().nullable(),
      }),
    ),
    possibleDuplicateOf: id.nullable(),
    hash: sha256,
    previousHash: sha256,
  })
  .register(components, { id: 'Entry' });

const happening = z
  .strictObject({ at: time, kind: z.string(), by: z.string(), peer: z.string(), detail: z.record(z.string(), z.unknown()) })
  .register(components, { id: 'Happening' });

const entered = z
  .strictObject({ entryId: id, register: registerName, number: z.int().min(1), year: z.int() })
  .register(components, { id: 'Entered' });

const outcome = z.enum(['proven', 'partly', 'failed']);
const count = z.int().min(0);

const backup = z
  .strictObject({
    id: z.string().meta({ description: 'sorts by time: yyyymmddThhmmssZ-<8 hex digits>' }),
    cutAt: time.nullable().meta({ description: 'up to when the copy holds everything; null until it is cut' }),
    kind: z.enum(['whole', 'changes']),
    state: z.enum(['running', 'made', 'failed']),
    places: z.array(
      z.strictObject({
        place: z.string().meta({ description: 'by its kind: "folder", "rclone <remote>"; no path' }),
        state: z.enum(['sending', 'sent', 'proven', 'partly-proven', 'damaged', 'failed', 'removed']),
        sentAt: time.nullable(),
        provenAt: time.nullable(),
        problem: z.string().meta({ description: 'empty when there is none' }),
      }),
    ),
    bytes: count.nullable().meta({ description: 'of your own agency, as the proof counted them; null before the proof' }),
    newBytes: count.nullable().meta({ description: 'what had to travel, encrypted; null where several agencies share the appliance' }),
    certificate: z
      .strictObject({ id, outcome, at: time, restoreMs: count.nullable(), entries: count.nullable(), sha256 })
      .nullable()
      .meta({ description: 'the one that speaks for the copy: a failed one before a proven one, else the newest' }),
  })
  .register(components, { id: 'Backup' });

const dayBook = z.strictObject({
  register: z.enum([...registerName.options, 'office']),
  year: z.int().meta({ description: '0 for the acts of the office' }),
  firstNumber: z.int(),
  lastNumber: z.int().meta({ description: 'firstNumber - 1 when nothing was entered' }),
  headHash: sha256,
  firstAct: z.int(),
  lastAct: z.int(),
  actHeadHash: sha256,
  cancelled: count,
});
const dayShape = {
  ordinal: z.int().min(1),
  day: z.iso.date(),
  closedAt: time,
  sealSha256: sha256,
  previousSealSha256: sha256.nullable(),
  timestamped: z.boolean(),
  books: z.array(dayBook).meta({ description: 'a classified register is named to appointed persons alone' }),
  files: z.array(z.strictObject({ name: z.string(), contentType: z.string(), size: count, sha256, classified: z.boolean() })),
};
const day = z.strictObject({ ...dayShape }).register(components, { id: 'Day' });

const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    titleTh: z.string(),
    status: z.int(),
    detail: z.string(),
    detailTh: z.string(),
    instance: z.string(),
    faults: z.array(z.strictObject({ field: z.string(), detail: z.string(), detailTh: z.string() })).optional(),
  })
  .register(components, { id: 'Problem' });

/** Answers with a body of JSON, by the name they have in the document. */
export const ANSWERS = {
  Message: message,
  Messages: page(message).register(components, { id: 'Messages' }),
  HeldMessages: page(heldMessage).register(components, { id: 'HeldMessages' }),
  Entry: entry,
  Entries: page(entry).register(components, { id: 'Entries' }),
  Happenings: page(happening).register(components, { id: 'Happenings' }),
  Entered: entered,
  Backup: backup,
  Backups: page(backup).register(components, { id: 'Backups' }),
  Day: day,
  Days: page(day).register(components, { id: 'Days' }),
  Problem: problem,
};
export type AnswerName = keyof typeof ANSWERS;
export type MessageShape = z.infer<typeof message>;
export type HeldShape = z.infer<typeof heldMessage>;
export type EntryShape = z.infer<typeof entry>;
export type HappeningShape = z.infer<typeof happening>;
export type BackupShape = z.infer<typeof backup>;
export type DayShape = z.infer<typeof day>;
export type NoticeShape = z.infer<typeof notice>;
export type ProblemShape = z.infer<typeof problem>;

const limit = z.int().min(1).max(200).default(50);
const cursor = z.string().min(1).max(500).optional();
const shortText = z.string().max(500);
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).optional();

/** What may stand behind the question mark. Numbers are written as digits; an empty value counts as not given. */
export const QUERIES = {
  none: z.strictObject({}),
  pages: z.strictObject({ limit, cursor }),
  month: z.strictObject({
    month: z.int().min(1).max(12).optional().meta({ description: 'one month of the year; a form is printed with 20,000 rows at most' }),
  }),
  messages: z.strictObject({
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/)
      .optional(),
    to: shortText.optional(),
    messageId: z.string().max(10_000).optional(),
    limit,
    cursor,
  }),
  entries: z.strictObject({
    register: registerName
      .default('receive')
      .meta({ description: 'a classified register is empty to everybody who is not appointed, tokens among them' }),
    year: z
      .int()
      .min(1900)
      .max(3000)
      .optional()
      .meta({ description: 'as the register labels it: the Buddhist year, unless the agency keeps Gregorian ones' }),
    number: z.int().min(1).max(2_147_483_647).optional(),
    q: shortText.optional(),
    state: z.enum([...entryState.options, 'unconfirmed', 'overdue']).optional(),
    unit: z.string().max(100).optional().meta({ description: 'code or id of a unit the letter was routed to' }),
    from: shortText.optional().meta({ description: 'sender: address, name or agency' }),
    since: moment,
    until: moment,
    limit,
    cursor,
  }),
};
export type QueryName = keyof typeof QUERIES;
export type Query<N extends QueryName> = z.output<(typeof QUERIES)[N]>;

const reason = z.string().trim().min(1).max(2_000);
const recipient = z.strictObject({
  unit: z.string().min(1).max(100).meta({ description: 'code or id of the unit' }),
  accountId: id.nullable().optional(),
  purpose: z.enum(['action', 'information']).default('action'),
});
const facts = z
  .strictObject({
    subject: z.string().max(4_000),
    addressee: z.string().max(1_000),
    fromAgency: z.string().max(1_000),
    letterNumber: z.string().max(200),
    letterDate: z.iso.date().nullable(),
    urgency,
    secrecy,
    circular: z.boolean(),
    kind: z.string().max(200),
    dueOn: z.iso.date().nullable(),
    remark: z.string().max(4_000),
  })
  .partial();

/** Bodies of requests, by the name they have in the document. */
export const BODIES = {
  Confirm: z.strictObject({ version: version.optional() }).register(components, { id: 'Confirm' }),
  Route: z
    .strictObject({
      version: version.optional(),
      recipients: z.array(recipient).min(1).max(200),
      instruction: z.string().max(4_000).optional(),
      dueOn: z.iso.date().nullable().optional(),
    })
    .register(components, { id: 'Route' }),
  Reason: z.strictObject({ version: version.optional(), reason }).register(components, { id: 'Reason' }),
  Close: z
    .strictObject({ version: version.optional(), note: z.string().max(4_000).optional(), answered: z.boolean().optional() })
    .register(components, { id: 'Close' }),
  Amend: z
    .strictObject({ version: version.optional(), facts, reason: z.string().max(2_000).optional() })
    .register(components, { id: 'Amend' }),
  Nothing: z.strictObject({}).register(components, { id: 'Nothing' }),
  Dismiss: z.strictObject({ reason }).register(components, { id: 'Dismiss' }),
};
export type BodyName = keyof typeof BODIES;
export type Body<N extends BodyName> = z.output<(typeof BODIES)[N]>;

/** One fault of a request: where, and zod's own code and facts about it; web/text has the words. */
export interface SchemaFault {
  field: string;
  code: string;
  facts: Record<string, unknown>;
}

export type Checked<T> = { outcome: 'ok'; value: T } | { outcome: 'faults'; faults: SchemaFault[] };

/** Checks `value` against a schema of this file. @returns the value with defaults filled in, or every fault with its field ('facts.dueOn') */
export function checked<S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> {
  // The input tells a parameter that is missing from one of the wrong type.
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { outcome: 'ok', value: result.data };
  return {
    outcome: 'faults',
    faults: result.error.issues.flatMap(issue => {
      const field = issue.path.join('.');
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map(key => ({ field: field === '' ? key : `${field}.${key}`, code: 'unknown', facts: {} }));
      const missing = issue.code === 'invalid_type' && issue.input === undefined;
      return [{ field, code: missing ? 'missing' : issue.code, facts: { ...issue } }];
    }),
  };
}

/** JSON Schema (2020-12) of every named schema, with references of the form '#/components/schemas/Entry'. */
export function componentSchemas(): Record<string, object> {
  const { schemas } = z.toJSONSchema(components, { uri: name => `#/components/schemas/${name}`, io: 'input' });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, { ...schema, $id: undefined, $schema: undefined }]));
}

/** The parameters of a query as OpenAPI 3.1 wants them. */
export function queryParameters(name: QueryName): { name: string; in: 'query'; required: boolean; description?: string; schema: object }[] {
  return Object.entries(QUERIES[name].shape).map(([parameter, schema]) => {
    const { $schema: _, description, ...json } = z.toJSONSchema(schema, { io: 'input' });
    return { name: parameter, in: 'query', required: false, ...(description === undefined ? {} : { description }), schema: json };
  });
}

/** Names of the query parameters that are whole numbers. */
export function numericParameters(name: QueryName): Set<string> {
  return new Set(
    queryParameters(name).flatMap(parameter => ('type' in parameter.schema && parameter.schema.type === 'integer' ? [parameter.name] : [])),
  );
}
