/**
 * Makes sure that what the program (`run`) or its tests (`test`) stand on is installed. Called before `npm start`, `npm test` and
 * `npm run bench`, so it is plain JavaScript that any Node from 18 on runs, and it uses nothing that would have to be installed first.
 * Says nothing when there is nothing to do.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
// A package, and a file that is there when it is installed.
const DEBIAN_PACKAGES = {
  chromium: '/usr/bin/chromium',
  swaks: '/usr/bin/swaks',
  openssl: '/usr/bin/openssl',
  'clamav-daemon': '/usr/sbin/clamd',
  'tesseract-ocr': '/usr/bin/tesseract',
  // Its data lie in a folder named after Tesseract's version; the list of its files does not.
  'tesseract-ocr-tha': '/var/lib/dpkg/info/tesseract-ocr-tha.list',
  'poppler-utils': '/usr/bin/pdftoppm',
  rclone: '/usr/bin/rclone',
  age: '/usr/bin/age',
  'postgresql-client': '/usr/bin/psql',
  'dovecot-imapd': '/usr/sbin/dovecot',
};

/** Whether the Node that runs this reads TypeScript by itself (22.18, the first with type stripping switched on, or newer). */
export function isNodeNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** The Node 24 that npm installs beside us, if there is one for this machine. */
export function bundledNode() {
  const path = join(ROOT, 'node_modules/.bin/node');
  return existsSync(path) ? path : null;
}

/**
 * Whether node_modules holds what package-lock.json asks for. npm's own list in node_modules is written last, so an installation that was
 * killed half-way never looks whole. An installation for the tests has everything that running needs; never the other way round.
 * @param {'run' | 'test'} purpose
 */
export function isInstalled(purpose) {
  const wanted = readPackages('package-lock.json');
  const present = readPackages('node_modules/.package-lock.json');
  if (!wanted || !present) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link) continue;
    const found = present[path];
    if (found && found.version === entry.version && found.integrity === entry.integrity) continue;
    const needed = purpose === 'test' ? !entry.optional && !entry.devOptional : !entry.optional && !entry.dev && !entry.devOptional;
    // An optional package may be missing (another machine's binaries), but must not be another version.
    if (needed || found) return false;
  }
  return isNodeNewEnough() || bundledNode() !== null;
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(join(ROOT, path), 'utf8')).packages;
  } catch {
    return null;
  }
}

/**
 * Installs when needed.
 * @param {'run' | 'test'} purpose
 * @returns {number} exit code; 1 with a sentence on stderr when it can't be done
 */
export function install(purpose) {
  if (!isInstalled(purpose)) {
    if (!isNodeNewEnough() && !nodeCanBeInstalled()) {
      console.error(`Node.js ${process.versions.node} เก่าเกินไป โปรดติดตั้ง Node.js 24 (https://nodejs.org) แล้วลองอีกครั้ง`);
      console.error(`Node.js ${process.versions.node} is too old here: install Node.js 24 (https://nodejs.org) and try again.`);
      return 1;
    }
    console.error('กำลังติดตั้งส่วนประกอบ อาจใช้เวลา 1-3 นาที… Installing what Saraban needs; this can take 1-3 minutes…');
    const code = npmCi(purpose);
    if (code !== 0) return code;
    if (!isInstalled(purpose)) {
      console.error('ติดตั้งไม่ครบ โปรดลบโฟลเดอร์ node_modules แล้วลองอีกครั้ง · The installation is not whole: remove node_modules and try again.');
      return 1;
    }
  }
  if (purpose === 'test') installDebianPackages();
  return 0;
}

// The bundled Node is made for Linux with glibc on x64 and arm64. Alpine's musl reports no glibc version.
function nodeCanBeInstalled() {
  return (
    process.platform === 'linux' &&
    ['x64', 'arm64'].includes(process.arch) &&
    Boolean(process.report?.getReport().header.glibcVersionRuntime)
  );
}

function npmCi(purpose) {
  const options = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--engine-strict=false'];
  if (purpose === 'run') options.push('--omit=dev');
  // npm names itself to the scripts it runs; the Node that runs it must not be the one in node_modules, which is about to be replaced.
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  const known = npm && /\.c?js$/.test(npm) && existsSync(npm);
  const outside = node && existsSync(node) && !realpathSync(node).startsWith(join(ROOT, 'node_modules'));
  const command = known ? (outside ? node : process.execPath) : 'npm';
  const done = spawnSync(command, known ? [npm, ...options] : options, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.status === 0) return 0;
  const reason = done.error ? ` (${done.error.message})` : '';
  console.error(`ติดตั้งไม่สำเร็จ${reason} โปรดตรวจการเชื่อมต่อกับคลังแพ็กเกจของ npm แล้วลองอีกครั้ง`);
  console.error(`The installation failed${reason}: see npm's words above, check that its registry can be reached, and try again.`);
  return 1;
}

// What the tests drive besides our own code. Tests that miss one of them say so themselves: this never stops anything.
function installDebianPackages() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.error(`Installing for the tests: ${missing.join(', ')}…`);
    if (aptListsAreEmpty()) apt(['update']);
    // Lists from the last image build may name versions the mirror no longer has: then fetch them anew, once.
    if (!apt(['install', '-y', '--no-install-recommends', ...missing]) && apt(['update']))
      apt(['install', '-y', '--no-install-recommends', ...missing]);
  }
  const still = missingPackages();
  if (still.length > 0)
    console.error(`Some tests need ${still.join(' and ')}, which could not be installed here: apt-get install ${still.join(' ')}`);
}

function missingPackages() {
  return Object.keys(DEBIAN_PACKAGES).filter(name => !existsSync(DEBIAN_PACKAGES[name]));
}

function aptListsAreEmpty() {
  try {
    return !readdirSync('/var/lib/apt/lists').some(
      name => name.endsWith('_Packages') || name.endsWith('_Packages.lz4') || name.endsWith('_InRelease'),
    );
  } catch {
    return true;
  }
}

function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const done = spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
    encoding: 'utf8',
  });
  if (done.status !== 0 && done.stderr) console.error(done.stderr.trim().split('\n').slice(-3).join('\n'));
  return done.status === 0;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const purpose = process.argv[2];
  if (purpose === 'run' || purpose === 'test') process.exit(install(purpose));
  console.error('Usage: node cli/install.js run|test');
  process.exit(2);
}
