/** The places of copies that are set, for the pages: asked seldom, since a place far away may take its time to answer. */
import type { CopyPlace, WebContext } from './context.ts';

const KEPT_MS = 5 * 60_000;
const PATIENCE_MS = 100;
const kept = new WeakMap<object, { at: number; places: Promise<CopyPlace[]> }>();

/** Null when nobody told this process. */
export async function copyPlacesOf(context: Pick<WebContext, 'copyPlaces' | 'settings' | 'now'>): Promise<CopyPlace[] | null> {
  const said = context.settings.backup?.places.map(place => ({
    name: place.kind === 'folder' ? place.path : place.remote,
    elsewhere: true,
  }));
  const { copyPlaces } = context;
  if (copyPlaces === undefined) return said ?? null;
  const now = context.now().getTime();
  let known = kept.get(copyPlaces);
  if (known === undefined || Math.abs(now - known.at) > KEPT_MS) {
    known = { at: now, places: copyPlaces() };
    kept.set(copyPlaces, known);
  }
  return await withPatience(
    known.places.catch(() => said ?? null),
    said ?? null,
  );
}

/** Every page of the register waits for this: one that comes before the places have answered believes the settings. */
async function withPatience<T>(answer: Promise<T>, meanwhile: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>(resolve => {
    timer = setTimeout(() => resolve(meanwhile), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Those that are on another disk or machine: a copy beside the register is none. */
export function elsewhere(places: CopyPlace[] | null): number | null {
  return places === null ? null : places.filter(place => place.elsewhere).length;
}
