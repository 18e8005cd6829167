/** The courier that hands every mail to one relay: smtp://user:password@host:port, or smtps://. STARTTLS is used when the relay offers it. */
import { isIP } from 'node:net';
import type { Courier } from './courier.ts';
import { deliverBySmtp, PATIENCE, type SmtpPatience, type SmtpTarget } from './mailer.ts';

/**
 * @param url - checked by config/setting-values.ts. A user makes us insist on a certificate that holds: a password must not go to whoever answers.
 * @param name - our name in EHLO
 */
export function relayCourier(url: string, name: string, patience: SmtpPatience = PATIENCE): Courier {
  const target = relayTarget(url, name);
  return {
    deliver: (mail, gate) => deliverBySmtp(target, mail, gate, patience),
    whatBecameOf: async () => 'unknown',
  };
}

/** Pure: the settings' URL as a target. */
export function relayTarget(url: string, name: string): SmtpTarget {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.');
  const login = username === '' ? null : { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  return {
    host,
    port: port === '' ? (secure ? 465 : login === null ? 25 : 587) : Number(port),
    secure,
    name,
    serverName: isIP(host) === 0 ? host : '',
    checkCertificate: !loopback && (secure || login !== null),
    login,
  };
}
