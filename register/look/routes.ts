/** Routes as an officer sees them. Pure. */
import { may } from '../access.ts';
import type { Officer } from '../officer.ts';
import type { FlatRoute } from './entry-queries.ts';
import type { RouteDetail } from './entry-row.ts';

export function asSeenBy(officer: Officer, route: FlatRoute): RouteDetail {
  const { entryId: _, ...detail } = route;
  return { ...detail, mine: may(officer, 'act-on-route') && (officer.role !== 'unit' || officer.unitIds.includes(route.unitId)) };
}
