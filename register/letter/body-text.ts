/** From the bodies of a message to what a person reads: which alternative, in which order, with flowed lines joined. */
import { htmlText } from './html-text.ts';

/** What one node of the tree says. Null where it has none of that form. */
export type Body = { plain: string | null; html: string | null };

export const NO_BODY: Body = { plain: null, html: null };

/**
 * The bodies of a multipart's children as one.
 * @param subtype 'alternative' takes one form of each, everything else is read in order
 */
export function combineBodies(subtype: string, children: Body[]): Body {
  const all = children.filter(child => child.plain !== null || child.html !== null);
  // An empty text beside others (Outlook puts one after an attachment) says nothing.
  const full = all.filter(child => child.html !== null || child.plain?.trim() !== '');
  const said = full.length > 0 ? full : all.slice(0, 1);
  if (said.length === 0) return NO_BODY;
  if (said.length === 1) return said[0]!;
  if (subtype === 'alternative') {
    // RFC 2046 5.1.4: the last form is the richest; the first plain one with words in it is the plainest.
    const plain = said.find(child => child.plain !== null && child.plain.trim() !== '') ?? said.find(child => child.plain !== null);
    return { plain: plain?.plain ?? null, html: said.findLast(child => child.html !== null)?.html ?? null };
  }
  const anyPlain = said.some(child => child.plain !== null);
  const anyHtml = said.some(child => child.html !== null);
  return {
    plain: anyPlain ? joinLines(said.map(child => child.plain ?? htmlText(child.html ?? ''))) : null,
    html: anyHtml ? said.map(child => child.html ?? plainAsHtml(child.plain ?? '')).join('\n') : null,
  };
}

/** The best text for a person: plain where it says something, else out of the HTML. */
export function bestText(body: Body): string {
  if (body.plain !== null && (body.plain.trim() !== '' || body.html === null)) return body.plain;
  return body.html === null ? '' : htmlText(body.html);
}

function joinLines(texts: string[]): string {
  return texts.map((text, index) => (index === texts.length - 1 || text === '' || text.endsWith('\n') ? text : `${text}\n`)).join('');
}

function plainAsHtml(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<div style="white-space: pre-wrap">${escaped}</div>`;
}

/** CRLF and bare CR into LF. */
export function plainLines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/**
 * Joins the lines of format=flowed (RFC 3676).
 * @param text with LF line ends
 * @param deleteSpace the DelSp parameter: the space that marks a soft break is not text
 */
export function unflow(text: string, deleteSpace: boolean): string {
  const out: string[] = [];
  let openDepth = -1;
  for (const line of text.split('\n')) {
    const depth = /^>*/.exec(line)?.[0].length ?? 0;
    // Space-stuffing (4.4) is undone after the quote marks.
    const content = line.slice(depth).replace(/^ /, '');
    const flows = content.endsWith(' ') && content !== '-- ';
    const kept = flows && deleteSpace ? content.slice(0, -1) : content;
    if (openDepth === depth && content !== '-- ') out[out.length - 1] += kept;
    else out.push(`${'>'.repeat(depth)}${depth > 0 ? ' ' : ''}${kept}`);
    openDepth = flows ? depth : -1;
  }
  return out.join('\n');
}
