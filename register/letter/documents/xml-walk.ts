// A walk over the tags and texts of an XML file that we did not write: forgiving, linear, without a tree. It knows the five entities of XML
// and numeric ones; a DTD is skipped, so no entity can be defined and none can grow.

export type XmlVisitor = {
  open(name: string, attributes: string, empty: boolean): void;
  close(name: string): void;
  text(text: string): void;
  /** Asked at every tag; true ends the walk. */
  enough(): boolean;
};

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? '', 16);
    return code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
  });
}

/** Where the tag that begins at `start` ends: at > outside quotes. -1 when it never does. */
function endOfTag(xml: string, start: number): number {
  let quote = '';
  for (let index = start + 1; index < xml.length; index++) {
    const character = xml.charAt(index);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return index;
  }
  return -1;
}

/** Visits tags and texts in order. A file cut in mid-tag ends the walk where it is cut. Never throws by itself. */
export function walkXml(xml: string, visitor: XmlVisitor): void {
  let position = 0;
  while (position < xml.length && !visitor.enough()) {
    const start = xml.indexOf('<', position);
    const text = xml.slice(position, start === -1 ? xml.length : start);
    if (text !== '') visitor.text(decodeEntities(text));
    if (start === -1) return;
    const [opening, closing] = xml.startsWith('<!--', start)
      ? ['<!--', '-->']
      : xml.startsWith('<![CDATA[', start)
        ? ['<![CDATA[', ']]>']
        : xml.startsWith('<?', start)
          ? ['<?', '?>']
          : ['', ''];
    if (closing !== '') {
      const end = xml.indexOf(closing, start + opening.length);
      if (opening === '<![CDATA[') visitor.text(xml.slice(start + opening.length, end === -1 ? xml.length : end));
      if (end === -1) return;
      position = end + closing.length;
      continue;
    }
    const end = endOfTag(xml, start);
    if (end === -1) return;
    position = end + 1;
    const tag = xml.slice(start + 1, end);
    if (tag.startsWith('!')) continue;
    if (tag.startsWith('/')) visitor.close(tag.slice(1).trim());
    else {
      const empty = tag.endsWith('/');
      const name = /^[^\s/]*/.exec(tag)?.[0] ?? '';
      visitor.open(name, tag.slice(name.length), empty);
    }
  }
}
