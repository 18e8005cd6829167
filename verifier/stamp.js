/** A time-stamp token in words: which file it is of, when it was made, by whom. */
import { digest, hexOf, shown, shownTime } from './bytes.js';
import { readTimestamp } from './timestamp.js';

/** @param candidates - files one of which the token should be of: the seal beside it, or all when it came alone */
export async function judgeStamp(section, stamp, candidates) {
  stamp.used = true;
  stamp.judged = true;
  const name = shown(stamp.path);
  let token;
  try {
    token = await readTimestamp(stamp.bytes);
  } catch {
    section.broken('stamp-unreadable', { name });
    return;
  }
  if (token.refused) {
    section.broken('stamp-refused', { name });
    return;
  }
  const { imprint, certificate } = token;
  const data = { name, time: shownTime(token.time), authority: shown(token.authority) };
  const of = imprint.algorithm === '' ? undefined : await firstWithHash(candidates, imprint);
  if (of === undefined) {
    section.broken('stamp-other', data);
    return;
  }
  of.used = true;
  if (token.signature === 'broken') section.broken('stamp-broken', data);
  else if (token.signature === 'not-judged') section.unproven('stamp-unjudged', data);
  else {
    section.holds('stamp-holds', data);
    if (!certificate.stampsTime) section.broken('stamp-purpose', data);
    if (!(Date.parse(certificate.from) <= Date.parse(token.time) && Date.parse(token.time) <= Date.parse(certificate.until)))
      section.broken('stamp-expired', data);
    section.open('stamp-trust', { chain: token.chain.map(one => `${shown(one.subject)} ← ${shown(one.issuer)}`).join('; ') });
  }
}

async function firstWithHash(files, { algorithm, hash }) {
  for (const file of files) if ((algorithm === 'SHA-256' ? file.sha256 : hexOf(await digest(algorithm, file.bytes))) === hash) return file;
  return undefined;
}
