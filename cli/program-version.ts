/** Which Saraban this is: stands in copies and certificates, so that a reader years later knows what wrote them. */
import { readFileSync } from 'node:fs';

export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return version;
}
