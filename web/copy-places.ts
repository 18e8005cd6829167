/** The places of copies that are set, for the pages: asked seldom, since a place far away may take its time to answer. */
import type { CopyPlace, WebContext } from './context.ts';

const KEPT_MS = 5 * 60_000;
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
  return await known.places.catch(() => said ?? null);
}

/** Those that are on another disk or machine: a copy beside the register is none. */
export function elsewhere(places: CopyPlace[] | null): number | null {
  return places === null ? null : places.filter(place => place.elsewhere).length;
}
