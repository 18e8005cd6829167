/**
 * What a browser may do with our pages (helmet's only door), and which requests are refused because another site had a hand in them.
 * A letter is a stranger's text shown to an officer: no script and no style of a page's own is ever run, so that what slips through stays text.
 */
import helmet from 'helmet';
import type { Handler, NextFunction, Request, Response } from './http.ts';

/** Headers of every page. Scripts, styles, fonts and frames come from this server alone; nothing inline, nothing evaluated. */
export function securityHeaders(webUrl: string): Handler {
  const https = webUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        fontSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        frameSrc: ["'self'"],
        objectSrc: ["'none'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    // Whoever runs us behind plain HTTP on an intranet must not be locked out by a header meant for the other case.
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginOpenerPolicy: https ? { policy: 'same-origin' } : false,
    originAgentCluster: https,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
}

/** Headers of a part of a letter, which is a stranger's file: no script, no form, no way out, and shown only inside our own page. */
export function strangersFileHeaders(response: Response, policy: string): void {
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'SAMEORIGIN');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'private, no-store');
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses changes that another site asked for (cross-site request forgery), beside the cookie's SameSite=Lax. Browsers say where a request comes from
 * in Sec-Fetch-Site, or in Origin over plain HTTP; what sends neither is no browser and carries no cookie it was tricked into sending.
 */
export function refuseForeignChanges(webUrl: string, refuse: (request: Request, response: Response) => void): Handler {
  const own = new URL(webUrl).host;
  return (request: Request, response: Response, next: NextFunction) => {
    if (SAFE.has(request.method) || isOurs(request, own)) next();
    else refuse(request, response);
  };
}

function isOurs(request: Request, own: string): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = request.get('origin');
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const host = new URL(origin).host;
  return host === own || host === request.get('host');
}
