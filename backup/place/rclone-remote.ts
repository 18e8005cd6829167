/**
 * Where a remote of rclone lies, as its configuration says: on another machine, or on this one under another name. Asks nobody over the network,
 * so that doctor and pages can say it while the line is down.
 */
import { Failure } from '../../register/failure.ts';

type Sections = Record<string, Record<string, string>>;

// Remotes around another one, which their field `remote` names.
const WRAPS = new Set(['alias', 'cache', 'chunker', 'compress', 'crypt', 'hasher']);
const HERE = /^(localhost|127(\.\d{1,3}){3}|::1|0\.0\.0\.0)$/i;
const DEEPEST = 8;

export async function whereRemoteLies(
  remote: string,
  dump: () => Promise<string>,
): Promise<{ elsewhere: boolean; reason: { th: string; en: string } | null }> {
  let sections: Sections = {};
  try {
    sections = readSections(await dump());
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Without the program or its configuration nothing can be sent either: not elsewhere, and why.
    return { elsewhere: false, reason: error.userMessage };
  }
  const found = resolveRemote(remote, sections, process.env);
  if (found === 'elsewhere') return { elsewhere: true, reason: null };
  const reasons = {
    here: {
      th: `ปลายทาง ${remote} คือเครื่องนี้เอง หากเครื่องเสียหาย สำเนาจะหายไปด้วย`,
      en: `The remote ${remote} is this very machine: if it is lost, the copy is lost with it.`,
    },
    unknown: {
      th: `ไม่พบปลายทาง ${remote} ในการตั้งค่าของ rclone`,
      en: `rclone's configuration has no remote ${remote}.`,
    },
  };
  return { elsewhere: false, reason: reasons[found] };
}

/** @param remote - 'name:path', ':backend,option=value:path' or a path of this machine */
export function resolveRemote(remote: string, sections: Sections, environment: NodeJS.ProcessEnv): 'elsewhere' | 'here' | 'unknown' {
  let current = remote;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const colon = endOfName(current);
    if (colon === -1) return 'here';
    const onTheFly = current.startsWith(':');
    const [name = '', ...options] = current.slice(onTheFly ? 1 : 0, colon).split(',');
    const given = onTheFly ? { type: name } : sectionOf(name, sections, environment);
    if (given === null) return 'unknown';
    // Options may follow a name, and with ':sftp,host=nas:path' make a remote by themselves.
    const section: Record<string, string> = { ...given };
    for (const option of options) {
      const [key = '', value = 'true'] = option.split(/=(.*)/s);
      section[key] = value.replace(/^["']|["']$/g, '');
    }
    const type = section.type ?? '';
    if (type === '') return 'unknown';
    if (type === 'local' || type === 'memory') return 'here';
    if (!WRAPS.has(type)) return hostOf(section) === 'here' ? 'here' : 'elsewhere';
    current = section.remote ?? '';
  }
  return 'unknown';
}

/** The colon that ends the name and its options; one inside quotes does not. */
function endOfName(remote: string): number {
  const from = remote.startsWith(':') ? 1 : 0;
  let quote = '';
  for (let i = from; i < remote.length; i++) {
    const char = remote.charAt(i);
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '/' && from === 0) return -1;
    else if (char === ':') return i;
  }
  return -1;
}

function sectionOf(name: string, sections: Sections, environment: NodeJS.ProcessEnv): Record<string, string> | null {
  const prefix = `RCLONE_CONFIG_${name.toUpperCase().replaceAll('-', '_')}_`;
  const said = Object.entries(environment).flatMap(([key, value]) =>
    key.startsWith(prefix) && value !== undefined ? [[key.slice(prefix.length).toLowerCase(), value]] : [],
  );
  const section = Object.hasOwn(sections, name) ? sections[name] : undefined;
  if (section === undefined && said.length === 0) return null;
  return { ...section, ...Object.fromEntries(said) };
}

function hostOf(section: Record<string, string>): 'here' | 'there' {
  for (const key of ['host', 'url', 'endpoint']) {
    const value = section[key];
    if (value === undefined || value === '') continue;
    const host = URL.parse(value.includes('://') ? value : `x://${value}`)?.hostname.replace(/^\[|\]$/g, '') ?? value;
    if (HERE.test(host)) return 'here';
  }
  return 'there';
}

function readSections(text: string): Sections {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null ? (parsed as Sections) : {};
}
