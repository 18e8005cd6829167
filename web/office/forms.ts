/**
 * Forms of the office pages: fields with their values, hints and faults, as web/views/office/fields.hbs draws them.
 * A form that could not be saved is shown again as it was filled in, with every fault at its field; nothing was saved.
 */
import type { ActOutcome, Fault } from '../../register/officer.ts';
import { message } from '../page.ts';
import type { OfficeText } from '../text/office.ts';
import type { Visit } from '../visit.ts';

export interface Option {
  value: string;
  label: string;
  chosen: boolean;
}

export interface FieldInput {
  name: string;
  label: string;
  kind?: 'text' | 'email' | 'password' | 'date' | 'select' | 'area' | 'check' | 'checks';
  value?: string;
  checked?: boolean;
  options?: Option[];
  hint?: string;
  optional?: boolean;
  required?: boolean;
  wide?: boolean;
  fixed?: boolean;
}

export interface FormInput {
  action: string;
  fields: FieldInput[];
  submit: string;
  heading?: string;
  lead?: string;
  danger?: boolean;
  two?: boolean;
  faults?: Fault[];
}

/** A form as its view wants it: every value there, for the views are strict. */
export function formData(visit: Visit, input: FormInput): object {
  const faults = input.faults ?? [];
  const prefix = input.action.replaceAll(/[^a-z0-9]+/gi, '-');
  const labels = new Map(input.fields.map(field => [field.name, field.label]));
  return {
    action: input.action,
    submit: input.submit,
    heading: input.heading ?? '',
    lead: input.lead ?? '',
    danger: input.danger ?? false,
    two: input.two ?? false,
    faults: faults.map(fault => ({ label: labels.get(fault.field) ?? '', message: message(visit, fault.message) })),
    fields: input.fields.map(field => {
      const kind = field.kind ?? 'text';
      const fault = faults.find(one => one.field === field.name);
      return {
        id: `f${prefix}-${field.name}`,
        name: field.name,
        label: field.label,
        type: kind === 'date' || kind === 'email' || kind === 'password' ? kind : 'text',
        isSelect: kind === 'select',
        isArea: kind === 'area',
        isCheck: kind === 'check',
        isChecks: kind === 'checks',
        // A refresh token is longer than anything a person types.
        most: kind === 'password' ? 8_000 : 1_000,
        value: field.value ?? '',
        checked: field.checked ?? false,
        options: field.options ?? [],
        none: field.hint ?? '',
        hint: field.hint ?? '',
        optional: field.optional ?? false,
        required: field.required ?? false,
        wide: field.wide ?? false,
        fixed: field.fixed ?? false,
        code: false,
        rows: 4,
        fault: fault === undefined ? '' : message(visit, fault.message),
      };
    }),
  };
}

/** The words of a table of codes as options. */
export function optionsOf<T extends string>(words: Record<T, string>, chosen: string, only?: readonly T[]): Option[] {
  const codes = only ?? (Object.keys(words) as T[]);
  return codes.map(value => ({ value, label: words[value], chosen: value === chosen }));
}

/** What an act answered, when it was not done: faults for the form, and a sentence above it for what is no field's fault. */
export function refusal(
  outcome: Exclude<ActOutcome, { outcome: 'done' }>,
  o: OfficeText,
): { faults: Fault[]; problem: string; status: number } {
  switch (outcome.outcome) {
    case 'invalid':
      return { faults: outcome.faults, problem: '', status: 422 };
    case 'conflict':
      return { faults: [], problem: o.conflict, status: 409 };
    case 'not-found':
    case 'forbidden':
      return { faults: [], problem: o.gone, status: 404 };
  }
}
