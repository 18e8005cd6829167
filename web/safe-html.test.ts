import { describe, expect, it } from 'vitest';
import { MAIL_POLICY, mailPage, safeMail } from './safe-html.ts';

const clean = (html: string) => safeMail(html, contentId => (contentId === 'logo@x' ? '/entries/1/attachments/2' : null));

describe('a mail’s HTML', () => {
  it.each([
    '<script>alert(1)</script>',
    '<SCRIPT SRC=//evil.example/x.js></SCRIPT>',
    '<img src=x onerror=alert(1)>',
    '<svg><script>alert(1)</script></svg>',
    '<svg/onload=alert(1)>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<a href="javascript:alert(1)">a</a>',
    '<a href=" &#106;avascript:alert(1)">a</a>',
    '<a href="data:text/html,<script>alert(1)</script>">a</a>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<object data="x"></object><embed src="x">',
    '<form action="/sign-out" method="post"><button>a</button></form>',
    '<meta http-equiv="refresh" content="0;url=//evil.example">',
    '<base href="//evil.example/">',
    '<link rel="stylesheet" href="//evil.example/x.css">',
    '<style>@import "//evil.example/x.css"</style>',
    '<p style="background:url(//evil.example/p)">p</p>',
    '<p style="position:fixed;top:0;left:0;width:100vw;behavior:url(x)">p</p>',
    '<body onload=alert(1) background="//evil.example/p">p</body>',
    '<template><img src=x onerror=alert(1)></template>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<xmp><img src=x onerror=alert(1)></xmp>',
    '<textarea></textarea><img src=x onerror=alert(1)>',
    '<a href="vbscript:x">a</a><a href="//evil.example" onclick="x">a</a>',
    '<img src="data:image/svg+xml;base64,PHN2Zy8+">',
    '<img srcset="//evil.example/p 1x">',
    '<video src="//evil.example/v" autoplay></video><audio src="//evil.example/a"></audio>',
  ])('has nothing left that acts or fetches: %s', html => {
    const result = clean(html).html;
    expect(result).not.toMatch(
      /<(script|svg|math|style|iframe|object|embed|form|meta|base|link|template|video|audio|button)\b|\son\w+=|javascript:|vbscript:|srcset|url\(|position|behavior/i,
    );
    expect(result).not.toMatch(/\ssrc="(?!\/entries|data:image\/png)/);
  });

  it('keeps what a letter is written with', () => {
    const html =
      '<h1>หนังสือ</h1><table border="1"><tr><td colspan="2" style="text-align:center;color:#ff0000">ก</td></tr></table><ol start="3"><li>ข้อ</li></ol>';
    expect(clean(html).html).toBe(
      '<h1>หนังสือ</h1><table border="1"><tr><td colspan="2" style="text-align:center;color:#ff0000">ก</td></tr></table><ol start="3"><li>ข้อ</li></ol>',
    );
  });

  it('shows the mail’s own pictures from us, and counts those of other servers', () => {
    const result = clean(
      '<img src="cid:logo@x"><img src="CID:logo%40x"><img src="cid:other"><img src="https://spy.example/p"><img src="//spy.example/p">',
    );
    expect(result.html).toBe('<img src="/entries/1/attachments/2" /><img src="/entries/1/attachments/2" />');
    expect(result.remote).toBe(2);
  });

  it('opens links elsewhere and tells them nothing', () => {
    expect(clean('<a href="https://a.example/" target="_self">a</a>').html).toBe(
      '<a href="https://a.example/" target="_blank" rel="noopener noreferrer nofollow">a</a>',
    );
  });

  it('bears what is no HTML, and what is nested without end', () => {
    expect(clean('').html).toBe('');
    expect(clean('\u0000<<<>>>&&&"\'').html).not.toContain('\u0000<');
    const deep = '<div>'.repeat(20_000);
    expect(clean(`${deep}ลึก`).html.length).toBeLessThan(10_000);
  });

  it('is shown under a policy without scripts, and its notice is text', () => {
    expect(MAIL_POLICY).toMatch(/^default-src 'none';/);
    expect(MAIL_POLICY).not.toMatch(/script-src|allow-scripts|allow-forms|allow-top-navigation/);
    expect(mailPage({ html: '<p>x</p>', remote: 0 }, '<b>"', 'th')).toContain('&lt;b&gt;&quot;');
  });
});
