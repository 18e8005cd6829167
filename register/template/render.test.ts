import { describe, expect, it } from 'vitest';
import { compileTemplate, compileView, escapeHtml, LONGEST_TEMPLATE, markup } from './render.ts';

function rendered(text: string, data: object, kind: 'text' | 'html' = 'html') {
  const compiled = compileTemplate(text, kind);
  if (compiled.outcome !== 'ok') throw new Error(compiled.message.en);
  return compiled.render(data);
}

describe('a template of an agency', () => {
  it('escapes values in HTML and leaves them in text', () => {
    const data = { subject: '<script>alert("x")</script> & ว' };
    expect(rendered('{{subject}}', data)).toEqual({ outcome: 'ok', text: '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; ว' });
    expect(rendered('{{subject}}', data, 'text')).toEqual({ outcome: 'ok', text: data.subject });
  });

  it('knows if, unless, each and with, and loops with their index', () => {
    const data = { list: [{ name: 'a' }, { name: 'b' }], none: [], agency: { name: 'กรม' } };
    expect(
      rendered(
        '{{#each list}}{{@index}}{{name}}{{#unless @last}},{{/unless}}{{/each}}{{#if none}}x{{else}}-{{/if}}{{#with agency}}{{name}}{{/with}}',
        data,
      ),
    ).toEqual({
      outcome: 'ok',
      text: '0a,1b-กรม',
    });
  });

  it('names the line of a field that does not exist', () => {
    expect(rendered('one\ntwo {{nothing}}', {})).toMatchObject({
      outcome: 'fault',
      line: 2,
      message: { en: 'There is no field {{nothing}}.' },
    });
  });

  it('names the line of what does not parse', () => {
    expect(compileTemplate('one\n{{#if a}}\nthree')).toMatchObject({ outcome: 'fault' });
    expect(compileTemplate('one\n\n{{a b').outcome).toBe('fault');
    const broken = compileTemplate('one\ntwo\n{{/if}}');
    expect(broken).toMatchObject({ outcome: 'fault', line: 3 });
  });

  it.each([
    ['another template', 'a\n{{> secret}}', 2],
    ['an inline template', '{{#*inline "x"}}y{{/inline}}', 1],
    ['an unknown block', '\n\n{{#lookup a}}{{/lookup}}', 3],
    ['a helper', '{{lookup a "b"}}', 1],
    ['logging', '{{log a}}', 1],
    ['unescaped output', '{{{subject}}}', 1],
    ['unescaped output by &', '{{&subject}}', 1],
    ['an expression in an expression', '{{#if (lookup a "b")}}{{/if}}', 1],
  ])('refuses %s', (_name, text, line) => {
    expect(compileTemplate(text)).toMatchObject({ outcome: 'fault', line });
  });

  it.each(['constructor', '__proto__', 'a.constructor', '__defineGetter__', 'a.toString'])('reaches no prototype through {{%s}}', path => {
    expect(compileTemplate(`x\n{{${path}}}`)).toMatchObject({ outcome: 'fault', line: 2 });
    expect(compileTemplate(`{{#if ${path}}}x{{/if}}`).outcome).toBe('fault');
  });

  it('refuses a template that is too long, or too deeply nested', () => {
    expect(compileTemplate('x'.repeat(LONGEST_TEMPLATE + 1)).outcome).toBe('fault');
    expect(compileTemplate(`${'{{#if a}}'.repeat(9)}x${'{{/if}}'.repeat(9)}`).outcome).toBe('fault');
    expect(compileTemplate(`${'{{#if a}}'.repeat(8)}x${'{{/if}}'.repeat(8)}`).outcome).toBe('ok');
  });
});

describe('a view', () => {
  it('uses layouts by partial blocks, helpers, and markup', () => {
    const view = compileView(
      'page',
      '{{#> layout title="ทะเบียน"}}<p>{{loud name}}</p>{{bold name}}{{/layout}}',
      { layout: '<h1>{{title}}</h1>{{> @partial-block}}' },
      {
        loud: (text: string) => text.toUpperCase(),
        bold: (text: string) => markup(`<b>${escapeHtml(text)}</b>`),
      },
    );
    expect(view({ name: '<a>' })).toBe('<h1>ทะเบียน</h1><p>&lt;A&gt;</p><b>&lt;a&gt;</b>');
  });

  it('fails, naming itself, on a missing field and on bad text', () => {
    expect(() => compileView('entry', '{{nothing}}')({})).toThrow(/view entry: .*nothing/);
    expect(() => compileView('entry', '{{#if}}')).toThrow(/view entry/);
  });

  it('lets an if ask for a field that is not there', () => {
    expect(compileView('entry', '{{#if nothing}}a{{else}}b{{/if}}')({})).toBe('b');
  });
});
