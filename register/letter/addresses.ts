/**
 * Address lists (RFC 5322 3.4 and its obsolete forms) as mail really carries them: groups, comments, quotes, routes, and lists that no
 * grammar knows. Works on binary strings (one character a byte); names are decoded last, so that a comma inside an encoded word parts nothing.
 */
import { isBlank, trimBytes } from './ascii.ts';
import { decodeRaw, decodeWords, encodedWordAt, wordEndFinder } from './encoded-words.ts';
import type { Address } from './message.ts';

/** A list longer than this is cut: a mail to more people is no letter, and the head is bounded anyway. */
const MAX_ADDRESSES = 10_000;
/** After so many quotes and comments that never closed they are taken for text: each would be searched for its end again. */
const MAX_UNCLOSED = 50;

type Token = { kind: 'text' | 'quoted' | 'comment' | 'angle' | 'space'; text: string };

/**
 * Reads an address list. Never throws, linear in its input.
 * @param value binary string, unfolded
 * @returns the mailboxes in order, those of groups among them; an entry with neither name nor address is left out
 */
export function readAddresses(value: string, fallback: string): Address[] {
  const found: Address[] = [];
  let tokens: Token[] = [];
  const endEntry = () => {
    const address = entryOf(tokens, fallback);
    if (address !== null && found.length < MAX_ADDRESSES) found.push(address);
    tokens = [];
  };
  const endFrom = wordEndFinder(value);
  const unclosed = { count: 0 };
  let at = 0;
  while (at < value.length) {
    const char = value[at]!;
    if (char === ',' || char === ';') {
      endEntry();
      at++;
    } else if (char === ':' && !tokens.some(token => token.kind === 'angle') && !tokens.some(token => token.text.includes('['))) {
      // The name of a group; its members are ordinary entries.
      tokens = [];
      at++;
    } else {
      const { token, end } = tokenAt(value, at, endFrom, unclosed);
      // Two addresses in brackets without a comma between them are two entries; the words between name the second.
      const angle = token.kind === 'angle' ? tokens.findIndex(other => other.kind === 'angle') : -1;
      if (angle >= 0) {
        const next = tokens.splice(angle + 1);
        endEntry();
        tokens = next;
      }
      tokens.push(token);
      at = end;
    }
  }
  endEntry();
  return found;
}

function tokenAt(value: string, at: number, endFrom: (from: number) => number, unclosed: { count: number }): { token: Token; end: number } {
  const char = value[at]!;
  if (isBlank(char)) {
    let end = at + 1;
    while (end < value.length && isBlank(value[end]!)) end++;
    return { token: { kind: 'space', text: ' ' }, end };
  }
  if (char === '"' && unclosed.count < MAX_UNCLOSED) {
    const closed = quotedEnd(value, at);
    if (closed !== null) return { token: { kind: 'quoted', text: value.slice(at, closed) }, end: closed };
    unclosed.count++;
  }
  if (char === '(' && unclosed.count < MAX_UNCLOSED) {
    const closed = commentEnd(value, at);
    if (closed !== null) return { token: { kind: 'comment', text: value.slice(at + 1, closed - 1) }, end: closed };
    unclosed.count++;
  }
  if (char === '<') return angleAt(value, at);
  if (char === '=' && value[at + 1] === '?') {
    const second = value.indexOf('?', at + 2);
    const word = second < 0 || second - at > 64 ? null : encodedWordAt(value, at, endFrom(second + 3));
    if (word !== null) return { token: { kind: 'text', text: value.slice(at, word.end) }, end: word.end };
  }
  let end = at + 1;
  while (end < value.length && !/[ \t\r\n,;:"(<]/.test(value[end]!) && !(value[end] === '=' && value[end + 1] === '?')) end++;
  return { token: { kind: 'text', text: value.slice(at, end) }, end };
}

/** Longest quoted string or comment: an opening quote without an end must not swallow the list, nor be searched for again and again. */
const LONGEST_QUOTED = 2000;

function quotedEnd(value: string, at: number): number | null {
  for (let end = at + 1; end < value.length && end - at < LONGEST_QUOTED; end++) {
    if (value[end] === '\\') end++;
    else if (value[end] === '"') return end + 1;
  }
  return null;
}

function commentEnd(value: string, at: number): number | null {
  let depth = 0;
  for (let end = at; end < value.length && end - at < LONGEST_QUOTED; end++) {
    if (value[end] === '\\') end++;
    else if (value[end] === '(') depth++;
    else if (value[end] === ')' && --depth === 0) return end + 1;
  }
  return null;
}

function angleAt(value: string, at: number): { token: Token; end: number } {
  for (let end = at + 1; end < value.length && end - at < LONGEST_QUOTED; end++) {
    if (value[end] === '"') end = (quotedEnd(value, end) ?? end + 1) - 1;
    else if (value[end] === '>') {
      // '<<a@b>>' is meant as '<a@b>'.
      const inner = value.slice(at + 1, end).replace(/^<+/, '');
      let after = end + 1;
      while (value[after] === '>') after++;
      return { token: { kind: 'angle', text: inner }, end: after };
    } else if (value[end] === '<' && end > at + 1) break;
  }
  const rest = /^[^ \t\r\n,;]*/.exec(value.slice(at + 1, at + LONGEST_QUOTED))?.[0] ?? '';
  const text = rest.replace(/[<>]/g, '');
  return { token: { kind: text.includes('@') ? 'angle' : 'text', text: text.includes('@') ? text : '' }, end: at + 1 + rest.length };
}

function entryOf(tokens: Token[], fallback: string): Address | null {
  const angle = tokens.find(token => token.kind === 'angle');
  const comments = tokens.filter(token => token.kind === 'comment').map(token => unquotePairs(token.text));
  const phrase = tokens.filter(token => token.kind === 'text' || token.kind === 'quoted' || token.kind === 'space');
  if (angle !== undefined) {
    const name = nameOf(phrase, fallback) || decodeName(comments.join(' '), fallback);
    return present({ name, address: addressOf(angle.text, fallback) });
  }
  const bare = bareAddress(phrase);
  if (bare === null) return present({ name: nameOf(phrase, fallback) || decodeName(comments.join(' '), fallback), address: '' });
  const name = decodeName(comments.join(' '), fallback) || nameOf(bare.rest, fallback);
  return present({ name, address: addressOf(bare.address, fallback) });
}

function present(address: Address): Address | null {
  return address.name === '' && address.address === '' ? null : address;
}

/** `local @ domain` outside brackets, with the white space that RFC 822 allowed around '@' and dots taken out. */
function bareAddress(tokens: Token[]): { address: string; rest: Token[] } | null {
  const at = tokens.findIndex(token => token.kind === 'text' && token.text.includes('@'));
  if (at < 0) return null;
  let first = at;
  let last = at;
  let address = tokens[at]!.text;
  const neighbour = (index: number, step: 1 | -1): number => (tokens[index + step]?.kind === 'space' ? index + 2 * step : index + step);
  while ((/^[@.]/.test(address) || tokens[neighbour(first, -1)]?.text.endsWith('.')) && tokens[neighbour(first, -1)]?.kind === 'text') {
    first = neighbour(first, -1);
    address = tokens[first]!.text + address;
  }
  if (address.startsWith('@') && tokens[first - 1]?.kind === 'quoted') {
    first--;
    address = tokens[first]!.text + address;
  }
  while ((/[@.]$/.test(address) || /^[@.]/.test(tokens[neighbour(last, 1)]?.text ?? '')) && tokens[neighbour(last, 1)]?.kind === 'text') {
    last = neighbour(last, 1);
    address += tokens[last]!.text;
  }
  return { address, rest: [...tokens.slice(0, first), ...tokens.slice(last + 1)] };
}

function addressOf(text: string, fallback: string): string {
  // A source route '@a,@b:' before the address (RFC 5322 4.4) says nothing any more.
  const route = /^[ \t]*@[^:]*:/.exec(text);
  const address = trimBytes(text.slice(route?.[0].length ?? 0).replace(/^[ \t]*mailto:/i, ''));
  const unspaced = address.startsWith('"') ? address : address.replace(/[ \t\r\n]+/g, '');
  return cleaned(decodeRaw(unspaced, fallback).text);
}

function nameOf(tokens: Token[], fallback: string): string {
  const text = tokens.map(token => (token.kind === 'quoted' ? unquotePairs(token.text.slice(1, -1)) : token.text)).join('');
  return decodeName(text, fallback);
}

function decodeName(text: string, fallback: string): string {
  const name = cleaned(decodeWords(trimBytes(text), fallback).text);
  // 'Name' in single quotes is Outlook's habit, not part of the name.
  return /^'[^']*'$/.test(name) ? name.slice(1, -1) : name;
}

function cleaned(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();
}

function unquotePairs(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
