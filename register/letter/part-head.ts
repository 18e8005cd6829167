/** The head of one part of the tree: what kind of thing it is, how it is encoded and what it is called (RFC 2045, RFC 2183). */
import { knownCharset } from './charset.ts';
import { decodeRaw } from './encoded-words.ts';
import { rawFields } from './head.ts';
import { readContentType } from './headers.ts';
import { readStructured } from './parameters.ts';
import { cleanName } from './read-state.ts';
import { normalizeEncoding } from './transfer-decode.ts';

export type PartHead = {
  contentType: string;
  /** False when the head declared no type that can be read. */
  declared: boolean;
  parameters: Record<string, string>;
  /** As bytes, for it is compared with bytes. */
  boundary: string | null;
  charset: string | null;
  name: string | null;
  nameGuessed: boolean;
  nameRaw: string | null;
  disposition: 'inline' | 'attachment' | null;
  contentId: string | null;
  encoding: string;
  faults: string[];
};

/** Reads a part's head; what is missing gets RFC 2045's defaults. Never throws. */
export function readPartHead(head: Buffer, fallback: string): PartHead {
  const first = new Map<string, string>();
  for (const field of rawFields(head).fields) {
    const name = field.name.toLowerCase();
    if (name.startsWith('content-') && !first.has(name)) first.set(name, field.value);
  }
  const typeValue = first.get('content-type') ?? null;
  const type = readContentType(typeValue, fallback);
  const structured = readStructured(typeValue ?? '', fallback);
  const disposition = readStructured(first.get('content-disposition') ?? '', fallback);
  const encoding = normalizeEncoding(first.get('content-transfer-encoding') ?? null);
  const named =
    disposition.parameters.get('filename') ??
    disposition.parameters.get('name') ??
    structured.parameters.get('name') ??
    structured.parameters.get('filename') ??
    null;
  const faults = [...type.faults];
  if (!encoding.known) faults.push('encoding-unknown');
  return {
    contentType: type.type,
    declared: type.declared,
    parameters: type.parameters,
    boundary: structured.parameters.get('boundary')?.raw ?? null,
    charset: type.parameters.charset ?? null,
    name: named === null ? null : cleanName(named.value),
    nameGuessed: named?.guessed ?? false,
    nameRaw: named === null ? null : decodeRaw(named.raw, fallback).text,
    disposition: dispositionOf(disposition.value),
    contentId: contentIdOf(first.get('content-id'), fallback),
    encoding: encoding.encoding,
    faults,
  };
}

/** The charset to show for text that is not decoded here. */
export function declaredCharset(label: string | null): string | null {
  return label === null ? null : (knownCharset(label) ?? label.toLowerCase().slice(0, 60));
}

/** RFC 2183 2.8: a disposition that nobody knows is an attachment. */
function dispositionOf(value: string): 'inline' | 'attachment' | null {
  const written = value.toLowerCase();
  if (written === '') return null;
  return written === 'inline' ? 'inline' : 'attachment';
}

function contentIdOf(value: string | undefined, fallback: string): string | null {
  if (value === undefined) return null;
  const id = decodeRaw(value.replace(/[<>]/g, '').slice(0, 1000), fallback).text.trim();
  return id === '' ? null : id;
}
