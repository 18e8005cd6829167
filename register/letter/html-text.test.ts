import { expect, test } from 'vitest';
import { htmlText } from './html-text.ts';

test.each([
  ['<p>one</p><p>two</p>', 'one\n\ntwo'],
  ['<div>one</div><div>two</div>', 'one\ntwo'],
  ['a<br>b<br/><br>c', 'a\nb\n\nc'],
  ['  many   spaces \n here ', 'many spaces here'],
  ['<b>bold</b><i>italic</i> text', 'bolditalic text'],
  ['<head><title>t</title><style>p{}</style></head><body>x</body>', 'x'],
  ['<head><body>never closed head</body>', 'never closed head'],
  ['<script>var a = "<p>no</p>"</script>yes', 'yes'],
  ['<!-- a > b <p>no</p> -->yes<!DOCTYPE x><?php no ?>', 'yes'],
  ['<ul><li>one<li>two</ul>', '- one\n- two'],
  ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a\tb\nc'],
  ['<pre>  kept\n   so</pre>', '  kept\n   so'],
  ['&lt;tag&gt; &amp; &#3585;&#xe02; &eacute; &unknown; &#128; &copy;', '<tag> & กข é &unknown; € ©'],
  ['a &lt b &amp c &copy=1', 'a < b & c &copy=1'],
  ['<a title="a > b">link</a>', 'link'],
  ['<img alt="A logo" src="cid:x"> text', 'A logo text'],
  ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
  ['<p>unclosed <b>tags', 'unclosed tags'],
  ['<a href="never closed', ''],
  ['&#0;&#xd800;&#99999999;', '���'],
  ['<textarea>a <b> c</textarea>', 'a <b> c'],
  ['', ''],
])('%j', (html, text) => {
  expect(htmlText(html)).toBe(text);
});

test('hostile repetition is read in time that grows with its length only', () => {
  for (const piece of [' ', '<pre> ', '<td> </td>', '<', '<a href="', '<!--', '<title>', '<div ', '&#', "<p '", '</', '<style><'])
    expect(htmlText(piece.repeat(200_000)).length).toBeLessThan(2_000_000);
});
