/** The foot of the rail: last night's proof, always in sight. One look at the newest certificates a page. */
import { may } from '../register/access.ts';
import { copyStanding } from '../register/look/nights.ts';
import { copyPlacesOf, elsewhere } from './copy-places.ts';
import { formatOf, type PageContext } from './page.ts';
import { railLine, standingTone, USUAL_MAX_AGE_HOURS } from './pages/copy-words.ts';
import type { SignedIn } from './visit.ts';

export interface RailFoot {
  /** '' for who may not open the page. */
  href: string;
  tag: string;
  tone: string;
  line: string;
  current: boolean;
}

export async function railFoot(context: PageContext, visit: SignedIn, current: boolean): Promise<RailFoot> {
  const { officer } = visit;
  const standing = await copyStanding(context.db, officer, {
    now: visit.now,
    maxAgeHours: context.settings.backup?.maxAgeHours ?? USUAL_MAX_AGE_HOURS,
    places: elsewhere(await copyPlacesOf(context)),
  });
  return {
    href: may(officer, 'provider') ? '/provider/copies' : may(officer, 'see-copies') ? '/copies' : '',
    tag: visit.text.night.copies.rail[standing.state],
    tone: standingTone(standing),
    line: railLine(visit, formatOf(visit), standing),
    current,
  };
}
