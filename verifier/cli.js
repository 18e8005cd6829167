/** The verifier on the command line: `node saraban-verify.mjs FILE…`. Exit 0 it holds, 1 it does not (or nothing proves it), 2 wrong use. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { check } from './check.js';
import { plainFingerprint, spacedFingerprint } from './signature.js';
import { KEYS, STATES, VERDICTS } from './words.js';

const USAGE = `วิธีใช้: node saraban-verify.mjs [--key ลายพิมพ์กุญแจ]… [--json] ไฟล์หรือโฟลเดอร์…
Usage: node saraban-verify.mjs [--key FINGERPRINT]… [--json] FILE or FOLDER…

ตรวจทะเบียนที่ปิดประจำวัน ชุดหลักฐาน แจ้งผลการรับ ใบรับรอง และลายมือชื่อของระบบทะเบียน โดยไม่ใช้เครือข่าย
Checks closed days, evidence packs, acknowledgements, certificates and signatures of the register, without a network.
--key   ลายพิมพ์ (SHA-256) ของกุญแจที่ยอมรับ / fingerprint of a key that may have signed
--json  ผลเป็น JSON / the report as JSON
ผล / exit: 0 ถูกต้อง holds, 1 ไม่ถูกต้องหรือยืนยันไม่ได้ does not hold or not proven, 2 ใช้คำสั่งผิด wrong use
`;

const MOST_DEPTH = 8;

async function run(words) {
  const [names, fingerprints] = [[], []];
  let json = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === '--json') json = true;
    else if (word === '--help' || word === '-h') return usage(process.stdout, 0);
    else if (word === '--key') {
      const fingerprint = plainFingerprint(words[++at] ?? '');
      if (fingerprint === '')
        return usage(process.stderr, 2, 'ลายพิมพ์กุญแจต้องเป็นเลขฐานสิบหก 64 ตัว · A fingerprint has 64 hexadecimal digits.');
      fingerprints.push(fingerprint);
    } else if (word === '--') {
      names.push(...words.slice(at + 1));
      break;
    } else if (word.startsWith('-') && word !== '-') return usage(process.stderr, 2, `ไม่รู้จัก ${word} · Unknown: ${word}`);
    else names.push(word);
  }
  if (names.length === 0) return usage(process.stderr, 2);
  const given = [];
  for (const name of names) {
    try {
      await collect(name, basename(name), given, 0);
    } catch (error) {
      return usage(process.stderr, 2, `อ่าน ${name} ไม่ได้ · Cannot read ${name}: ${error.message}`);
    }
  }
  const report = await check(given, { fingerprints });
  process.stdout.write(json ? `${JSON.stringify(asJson(report), null, 2)}\n` : asText(report));
  return report.verdict() === 'holds' ? 0 : 1;
}

/** A folder's files with their paths below it: a pack that was unpacked is judged like the pack. */
async function collect(path, name, given, depth) {
  const found = await stat(path);
  if (!found.isDirectory()) {
    given.push({ name, bytes: new Uint8Array(await readFile(path)) });
    return;
  }
  if (depth >= MOST_DEPTH) return;
  for (const inner of (await readdir(path)).sort()) await collect(join(path, inner), `${name}/${inner}`, given, depth + 1);
}

function usage(stream, code, problem) {
  stream.write(`${problem === undefined ? '' : `${problem}\n\n`}${USAGE}`);
  return code;
}

function asJson(report) {
  return {
    format: 'saraban verification 1',
    verdict: report.verdict(),
    sections: report.sections.map(({ kind, title, data, findings }) => ({ kind, title, data, findings })),
    keys: [...report.keys.values()],
  };
}

const MARKS = { holds: '✓', broken: '✗', unproven: '?', open: '–', note: '·' };

function asText(report) {
  const lines = [];
  for (const { title, findings } of report.sections) {
    lines.push('', title.th, title.en, '');
    for (const { state, th, en } of findings)
      lines.push(`  ${MARKS[state]} [${STATES[state][0]}] ${th}`, `    [${STATES[state][1]}] ${en}`);
  }
  if (report.keys.size > 0) {
    lines.push('', ...KEYS, '');
    for (const key of report.keys.values())
      lines.push(`  ${key.agencies.join(', ')}: ${spacedFingerprint(key.fingerprint)}${key.given ? ' ✓' : ''}`);
  }
  return `${[...lines, '', ...VERDICTS[report.verdict()]].join('\n')}\n`.replace(/^\n/, '');
}

process.exitCode = await run(process.argv.slice(2));
