import { describe, expect, it } from 'vitest';
import type { RouteState } from '../look/entry-row.ts';
import { stateAfter } from './settle.ts';

const routes = (...list: [RouteState, 'action' | 'information'][]) => list.map(([state, purpose]) => ({ state, purpose }));

describe('where a letter stands after its routes', () => {
  it.each([
    ['nobody has it', routes(), 'confirmed'],
    ['all were withdrawn', routes(['withdrawn', 'action'], ['withdrawn', 'information']), 'confirmed'],
    ['it waits', routes(['waiting', 'action']), 'routed'],
    ['one unit has confirmed', routes(['confirmed', 'action'], ['waiting', 'action']), 'acting'],
    ['one unit has closed, one acts', routes(['closed', 'action'], ['confirmed', 'action']), 'acting'],
    ['all for action are closed, one for information waits', routes(['closed', 'action'], ['waiting', 'information']), 'closed'],
    ['one is closed, the other withdrawn', routes(['closed', 'action'], ['withdrawn', 'action']), 'closed'],
    ['passed on, and waiting there', routes(['passed-on', 'action'], ['waiting', 'action']), 'routed'],
    ['for information alone, one of two closed', routes(['closed', 'information'], ['waiting', 'information']), 'acting'],
    ['for information alone, all closed', routes(['closed', 'information'], ['closed', 'information']), 'closed'],
    ['only information is confirmed, action waits', routes(['confirmed', 'information'], ['waiting', 'action']), 'routed'],
  ] as const)('%s', (_name, list, state) => {
    expect(stateAfter('routed', list)).toBe(state);
  });

  it('a letter that was acted on does not go back to passed on', () => {
    expect(stateAfter('acting', routes(['passed-on', 'action'], ['waiting', 'action']))).toBe('acting');
  });
});
