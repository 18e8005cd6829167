/**
 * The only door to the typst compiler. It compiles synchronously, and what it cannot bear may end its whole process: only register/print/press.ts, a process of its own, comes in here.
 * A form is a file of forms/; its data is handed in as JSON and read by it as values, never as markup.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { type PdfObjects, putTogether, takeApart } from './pdf-objects.ts';
import { joined } from './pdf-parts.ts';
import { withThaiText } from './pdf-text.ts';
import { readThaiFace } from './thai-face.ts';
import { inThaiLines } from './thai-lines.ts';

/** The forms there are: forms/<name>.typ. */
export type FormName = 'register' | 'stamp' | 'certificate' | 'escrow-sheet' | 'number-book';

/** A value of a form. Texts are set as Thai lines; a `raw` one goes as it is (the title in the file's properties, an image). */
export type FormValue = string | number | boolean | null | { raw: string } | FormValue[] | { [name: string]: FormValue };

const WEIGHTS = ['400Regular/Sarabun_400Regular.ttf', '700Bold/Sarabun_700Bold.ttf'];

export interface Compiler {
  /**
   * @param data - a list: the form is set part by part, and comes out as one file with its pages counted through
   * @param at - the file's time of creation: the same data gives the same bytes
   * @returns PDF/A-2b
   * @throws Error when the form itself is wrong; no data makes it throw
   */
  compile(form: FormName, data: FormValue, at: Date): Buffer;
}

/** Reads the faces and the forms: about 20 ms. */
export function createCompiler(): Compiler {
  const faces = WEIGHTS.map(name => readThaiFace(fileURLToPath(import.meta.resolve(`@expo-google-fonts/sarabun/${name}`))));
  const has = (codePoint: number) => faces.every(one => one.has(codePoint));
  const set = (text: string) => inThaiLines(text, has);
  const folder = fileURLToPath(new URL('./forms/', import.meta.url));
  const source = (name: string) => readFileSync(`${folder}${name}.typ`, 'utf8').replaceAll(/[\u0e01-\u0e5b]+/g, words => set(words));
  const compiler = NodeCompiler.create({ fontArgs: [{ fontBlobs: faces.map(one => one.font) }], workspace: folder });
  const paper = source('paper');
  const forms = new Map<FormName, string>();
  const sourceOf = (form: FormName) => {
    const content = forms.get(form) ?? `${paper}\n${source(form)}`;
    forms.set(form, content);
    return content;
  };
  const input = (form: FormName, data: FormValue) => ({
    mainFileContent: sourceOf(form),
    inputs: { data: JSON.stringify(written(data, set)) },
    resetRead: true,
  });
  const print = (form: FormName, data: FormValue, at: Date): PdfObjects => {
    const options = { pdfStandard: 'a-2b', creationTimestamp: Math.floor(at.getTime() / 1000) };
    const pdf = takeApart(compiler.pdf(input(form, data), options));
    // What was set for this form is of no use to the next.
    compiler.evictCache(0);
    return withThaiText(pdf);
  };
  const countPages = (form: FormName, data: FormValue): number => {
    const pages = compiler.compile(input(form, data)).result?.numOfPages ?? 0;
    compiler.evictCache(0);
    return pages;
  };
  return {
    compile(form, data, at) {
      if (!Array.isArray(data)) return putTogether(print(form, data, at));
      // Each part must be told how many pages stand before it, and how many there are in all: so it is set twice.
      const counts = data.map(part => countPages(form, { ...(part as object), counting: true }));
      const pages = counts.reduce((sum, count) => sum + count, 0);
      let before = 0;
      return putTogether(
        joined(
          data.map((part, index) => {
            const told = { ...(part as object), before, pages };
            before += counts[index] ?? 0;
            return print(form, told, at);
          }),
        ),
      );
    },
  };
}

function written(value: FormValue, set: (text: string) => string): unknown {
  if (typeof value === 'string') return set(value);
  if (Array.isArray(value)) return value.map(one => written(one, set));
  if (typeof value !== 'object' || value === null) return value;
  if ('raw' in value && typeof value.raw === 'string') return value.raw.toWellFormed();
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, written(one as FormValue, set)]));
}
