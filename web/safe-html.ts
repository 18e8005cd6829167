/**
 * A mail's HTML as an officer may see it (sanitize-html's only door). Comes from register/look as the reader decoded it, goes into a frame of its own
 * that runs no script (web/pages/files.ts). Nothing is fetched from outside: a picture loaded tells the sender who opened the letter, when and where.
 * Which mistake is worse: showing a stranger's script; so only what is named below stays, and the frame is walled off all the same.
 */
import sanitizeHtml from 'sanitize-html';

export interface SafeMail {
  html: string;
  /** Pictures and styles of other servers that were left out. */
  remote: number;
}

const COLOUR = /^(#[0-9a-f]{3,8}|[a-z]{3,20}|rgba?\([\d\s.,%]{1,40}\))$/i;
const LENGTH = /^-?\d{1,4}(\.\d{1,3})?(px|pt|em|rem|%|cm|mm|in)?$/i;
const LENGTHS = /^(-?\d{1,4}(\.\d{1,3})?(px|pt|em|rem|%|cm|mm|in)?|auto)(\s+(-?\d{1,4}(\.\d{1,3})?(px|pt|em|rem|%|cm|mm|in)?|auto)){0,3}$/i;
const WORD = /^[a-z-]{1,30}$/i;
const BORDER = /^[\w\s.#(),%-]{1,60}$/;
const STYLES = {
  color: [COLOUR],
  'background-color': [COLOUR],
  'font-size': [LENGTH, WORD],
  'font-weight': [/^([1-9]00|bold|bolder|lighter|normal)$/],
  'font-style': [WORD],
  'font-family': [/^[\p{L}\p{M}\d\s,'"_-]{1,200}$/u],
  'line-height': [LENGTH, WORD],
  'text-align': [WORD],
  'text-decoration': [/^[a-z\s-]{1,40}$/i],
  'text-indent': [LENGTH],
  'vertical-align': [WORD, LENGTH],
  'white-space': [WORD],
  width: [LENGTH],
  'max-width': [LENGTH],
  height: [LENGTH],
  margin: [LENGTHS],
  'margin-left': [LENGTH],
  'margin-right': [LENGTH],
  'margin-top': [LENGTH],
  'margin-bottom': [LENGTH],
  padding: [LENGTHS],
  'padding-left': [LENGTH],
  'padding-right': [LENGTH],
  'padding-top': [LENGTH],
  'padding-bottom': [LENGTH],
  border: [BORDER],
  'border-top': [BORDER],
  'border-bottom': [BORDER],
  'border-left': [BORDER],
  'border-right': [BORDER],
  'border-collapse': [WORD],
  'list-style-type': [WORD],
};

const BOX = ['align', 'valign', 'bgcolor', 'width', 'height', 'dir', 'lang', 'style'];

/**
 * @param inlineImage - address of a picture of this letter by its Content-ID (without angle brackets), or null
 */
export function safeMail(html: string, inlineImage: (contentId: string) => string | null): SafeMail {
  let remote = 0;
  const clean = sanitizeHtml(html, {
    allowedTags: [
      ...[
        'p',
        'div',
        'span',
        'br',
        'hr',
        'b',
        'strong',
        'i',
        'em',
        'u',
        's',
        'strike',
        'del',
        'ins',
        'sub',
        'sup',
        'small',
        'big',
        'font',
        'center',
        'mark',
      ],
      ...[
        'h1',
        'h2',
        'h3',
        'h4',
        'h5',
        'h6',
        'ul',
        'ol',
        'li',
        'dl',
        'dt',
        'dd',
        'blockquote',
        'pre',
        'code',
        'tt',
        'kbd',
        'address',
        'abbr',
        'cite',
        'q',
      ],
      ...[
        'table',
        'caption',
        'colgroup',
        'col',
        'thead',
        'tbody',
        'tfoot',
        'tr',
        'td',
        'th',
        'a',
        'img',
        'section',
        'article',
        'header',
        'footer',
        'figure',
        'figcaption',
      ],
    ],
    allowedAttributes: {
      '*': ['dir', 'lang', 'align', 'style', 'title'],
      a: ['href', 'target', 'rel'],
      img: ['src', 'alt', 'width', 'height', 'style'],
      font: ['color', 'face', 'size'],
      table: [...BOX, 'border', 'cellpadding', 'cellspacing'],
      td: [...BOX, 'colspan', 'rowspan', 'nowrap'],
      th: [...BOX, 'colspan', 'rowspan', 'nowrap', 'scope'],
      tr: BOX,
      col: [...BOX, 'span'],
      ol: ['start', 'type'],
      ul: ['type'],
      li: ['value'],
    },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    // Only what the transformer below wrote: a path of ours, or a small picture inside the mail itself.
    allowedSchemesByTag: { img: ['data'] },
    allowProtocolRelative: false,
    allowedStyles: { '*': STYLES },
    disallowedTagsMode: 'discard',
    nonTextTags: [
      'style',
      'script',
      'textarea',
      'option',
      'noscript',
      'title',
      'head',
      'object',
      'embed',
      'iframe',
      'svg',
      'math',
      'template',
      'xmp',
    ],
    // A mail nested ten thousand deep would otherwise cost the browser, not us; beyond this it is no letter.
    nestingLimit: 200,
    transformTags: {
      a: (tagName, attributes) => ({ tagName, attribs: { ...attributes, target: '_blank', rel: 'noopener noreferrer nofollow' } }),
      img: (tagName, attributes) => {
        const source = attributes.src ?? '';
        const own = imageSource(source, inlineImage);
        if (own === null && /^\s*(https?:)?\/\//i.test(source)) remote++;
        const { src: _, srcset: __, ...rest } = attributes;
        return { tagName, attribs: own === null ? rest : { ...rest, src: own } };
      },
      body: 'div',
    },
    exclusiveFilter: frame => frame.tag === 'img' && frame.attribs.src === undefined,
    parser: { lowerCaseTags: true, lowerCaseAttributeNames: true },
  });
  return { html: clean, remote };
}

function imageSource(source: string, inlineImage: (contentId: string) => string | null): string | null {
  const cid = /^\s*cid:(.+)$/is.exec(source)?.[1];
  if (cid !== undefined) return inlineImage(decoded(cid.trim()));
  return /^data:image\/(png|gif|jpe?g|webp);base64,[A-Za-z0-9+/=\s]+$/.test(source) && source.length < 2_000_000 ? source : null;
}

/** RFC 2392: a Content-ID in a URL is percent-encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The page inside the frame. Its own policy says again what the frame's sandbox says: no script, no form, no other server. */
export const MAIL_POLICY =
  "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; font-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox";

/** What the frame of a mail may do: look like itself, let a link open elsewhere. Never run a script. */
export const MAIL_SANDBOX = 'allow-same-origin allow-popups allow-popups-to-escape-sandbox';

export function mailPage(mail: SafeMail, notice: string, language: string): string {
  const note = notice === '' ? '' : `<p class="saraban-note">${escaped(notice)}</p>`;
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><link rel="stylesheet" href="/static/fonts.css"><style>
html{color-scheme:light}body{margin:0;padding:16px 20px 24px;background:#fff;color:#111;font:16px/1.6 Sarabun,"TH Sarabun New",sans-serif;overflow-wrap:anywhere}
img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}blockquote{border-left:3px solid #ddd;margin-left:0;padding-left:14px}
.saraban-note{font-size:13px;color:#6b4a00;background:#fdf1d8;border-radius:4px;padding:6px 10px;margin:0 0 14px}</style></head><body>${note}${mail.html}</body></html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
