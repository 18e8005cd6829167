/** Reads `config/saraban.conf`: one `KEY=value` a line, `#` begins a comment line. Pure: text in, pairs and faults out. */

export type ConfFile = { values: Map<string, { text: string; line: number }>; faults: string[] };

/**
 * Splits the text into its settings. A value may stand in single or double quotes, which are taken off; nothing inside is expanded.
 * A line that is neither a setting, a comment nor empty is a fault, and so is a key named twice: guessing which one was meant is the worse mistake.
 */
export function readConfFile(text: string): ConfFile {
  const values: ConfFile['values'] = new Map();
  const faults: string[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = index + 1;
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const [, key, value] = /^([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(trimmed) ?? [];
    if (key === undefined || value === undefined) {
      faults.push(`saraban.conf บรรทัด ${line}: ต้องเป็น ชื่อ=ค่า · line ${line}: must be KEY=value`);
      continue;
    }
    const before = values.get(key);
    if (before)
      faults.push(
        `saraban.conf บรรทัด ${line}: ${key} ซ้ำกับบรรทัด ${before.line} · line ${line}: ${key} is set on line ${before.line} already`,
      );
    else values.set(key, { text: value.replace(/^(["'])(.*)\1$/, '$2'), line });
  }
  return { values, faults };
}
