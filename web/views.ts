/**
 * The views: compiled once at the start through register/template/render.ts, so that a broken one stops the start and not an officer.
 * Those of the office pages (web/office) and of the public page (web/public) lie in folders of their own and are compiled there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileView, type View } from '../register/template/render.ts';

export interface Views {
  /** @throws Error when there is no such view, or a value it names is missing: a defect of ours */
  render(name: string, data: object): string;
}

export function loadViews(folder: string = join(import.meta.dirname, 'views')): Views {
  const texts: Record<string, string> = {};
  for (const file of readdirSync(folder))
    if (file.endsWith('.hbs')) texts[file.slice(0, -4)] = readFileSync(join(folder, file), 'utf8').trimEnd();
  const views = new Map<string, View>(Object.keys(texts).map(name => [name, compileView(name, texts[name] ?? '', texts)]));
  return {
    render(name, data) {
      const view = views.get(name);
      if (view === undefined) throw new Error(`no view ${name}`);
      return view(data);
    },
  };
}
