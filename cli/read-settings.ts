/** Reads the settings for a command: the environment and the settings file of this installation. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSettings, type Settings } from '../config/settings.ts';

/** The folder of the program; relative paths in settings start here, wherever the command was called from. */
const PROGRAM_FOLDER = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** Every fault of the settings in one message. Ends a command with exit 2. */
export class SettingsFaults extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super(['การตั้งค่าไม่ถูกต้อง · The settings are wrong:', ...faults.map(fault => `  ${fault}`)].join('\n'));
    this.name = 'SettingsFaults';
    this.faults = faults;
  }
}

/** Where the settings file lies, or would lie. */
export function settingsFile(env: Record<string, string | undefined>): string {
  return resolve(PROGRAM_FOLDER, env.SARABAN_CONF || 'config/saraban.conf');
}

/**
 * The settings of this installation. `SARABAN_CONF` names another settings file than `config/saraban.conf`.
 * @throws SettingsFaults
 */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const named = env.SARABAN_CONF;
  const file = settingsFile(env);
  let text: string | null = null;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Only the file nobody asked for may be missing: one that is there but closed to us would silently mean the defaults.
    if (named || code !== 'ENOENT') throw new SettingsFaults([`${file}: อ่านไฟล์ไม่ได้ · the file cannot be read (${code})`]);
  }
  const loaded = loadSettings(env, text, PROGRAM_FOLDER);
  if (loaded.outcome === 'faults') throw new SettingsFaults(loaded.faults);
  return loaded.settings;
}
