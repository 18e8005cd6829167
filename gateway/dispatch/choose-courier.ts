/** The courier that the settings name (SARABAN_RELAY). */
import { hostname } from 'node:os';
import { captureCourier } from './capture.ts';
import type { GatewayContext } from './context.ts';
import type { Courier } from './courier.ts';
import { directCourier } from './direct.ts';
import { createNames } from './mx.ts';
import { relayCourier } from './relay.ts';

export function chooseCourier(settings: GatewayContext['settings']): Courier {
  const { relay } = settings;
  switch (relay.kind) {
    case 'capture':
      return captureCourier(settings.data);
    case 'smtp':
      return relayCourier(relay.url, ownName(settings.webUrl));
    case 'direct':
      return directCourier({ names: createNames(settings.dns), name: ownName(settings.webUrl) });
  }
}

/** Our name in EHLO: the machine's when it is a whole one, else that of the web address (RFC 5321 section 4.1.1.1 wants a name that resolves). */
export function ownName(webUrl: string): string {
  const machine = hostname();
  if (machine.includes('.')) return machine;
  const { hostname: name } = new URL(webUrl);
  return name.includes('.') && !/^[\d.]+$/.test(name) ? name : '[127.0.0.1]';
}
