/** RFC 3464 (and 6533) delivery reports: the fields of message/delivery-status into findings. Called by parse.ts. */
import { addressOfField, type FieldGroup, fieldGroups, fieldOf, fromXtext, typedValue } from './fields.ts';
import type { DeliveryAction } from './notice.ts';
import type { Finding } from './status.ts';

export type DeliveryStatus = { envelopeId: string | null; findings: Finding[]; notes: string[] };

/**
 * Reads the text of a delivery-status part.
 * @param delayed whether the words around it speak of a delay: settles recipients without Action
 * @returns no findings when no block names a recipient; `address` null when a block has no address that can be read
 */
export function readDeliveryStatus(text: string, delayed: boolean): DeliveryStatus {
  const notes: string[] = [];
  const groups = fieldGroups(text).flatMap(splitRecipients);
  const about = groups.filter(isRecipient);
  const envelopeId = groups.map(group => fieldOf(group, 'original-envelope-id')).find(value => value !== '') ?? null;
  const findings = about.slice(0, 1000).map(group => {
    const diagnostic =
      typedValue(fieldOf(group, 'diagnostic-code')).value ||
      fieldOf(group, 'x-supplementary-info') ||
      fieldOf(group, 'diagnosis') ||
      fieldOf(group, 'reason');
    const status = statusOf(fieldOf(group, 'status'));
    const written = actionOf(fieldOf(group, 'action'));
    if (written === null) notes.push('action-missing');
    return { address: recipientOf(group), action: written ?? actionOfStatus(status, delayed), status, diagnostic };
  });
  return { envelopeId: envelopeId === null ? null : fromXtext(envelopeId), findings, notes };
}

/** The address our mail had comes first, because ours is what we look for; the final one when the report has no other (RFC 3464 2.3.1-2). */
function recipientOf(group: FieldGroup): string | null {
  for (const name of ['original-recipient', 'final-recipient', 'x-actual-recipient', 'x-original-to', 'failed-recipient']) {
    const value = fieldOf(group, name);
    const address = value === '' ? null : addressOfField(value);
    if (address?.includes('@')) return address;
  }
  return addressOfField(fieldOf(group, 'final-recipient')) ?? null;
}

function isRecipient(group: FieldGroup): boolean {
  return group.has('final-recipient') || group.has('original-recipient') || (group.has('action') && group.has('status'));
}

/** Some systems forget the empty line between recipients: a field that begins a recipient, seen again, begins the next. */
function splitRecipients(group: FieldGroup): FieldGroup[] {
  const count = group.get('final-recipient')?.length ?? 0;
  if (count < 2) return [group];
  return Array.from(
    { length: count },
    (_, at) =>
      new Map(
        [...group].flatMap(
          ([name, values]) =>
            (values.length === count ? [[name, [values[at]!]]] : values.length === 1 ? [[name, values]] : []) as [string, string[]][],
        ),
      ),
  );
}

function statusOf(value: string): string | null {
  const found = /(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)/.exec(value);
  if (found) return `${found[1]}.${Number(found[2])}.${Number(found[3])}`;
  const short = /^\s*([245])\.(\d{1,3})\s*(?:$|\()/.exec(value);
  return short ? `${short[1]}.${short[2]}.0` : null;
}

function actionOf(value: string): DeliveryAction | null {
  const word = /^[\s"'<(]*([a-z]+)/i.exec(value)?.[1]?.toLowerCase() ?? '';
  if (/^(?:failed|failure|fail|error|rejected|undeliverable|undelivered|expired|bounced|hardfail|softfail)$/.test(word)) return 'failed';
  if (/^(?:delayed|delay|deferred|transient|warning)$/.test(word)) return 'delayed';
  if (/^(?:delivered|deliverable|success|delivery)$/.test(word)) return 'delivered';
  if (/^(?:relayed|relay|transferred)$/.test(word)) return 'relayed';
  if (word === 'expanded') return 'expanded';
  return null;
}

/** Without Action (RFC 3464 requires it) the class tells; a 4 is final unless the words around say that trying goes on. */
function actionOfStatus(status: string | null, delayed: boolean): DeliveryAction | null {
  if (status === null) return null;
  if (status.startsWith('2')) return 'delivered';
  return status.startsWith('4') && delayed ? 'delayed' : 'failed';
}
