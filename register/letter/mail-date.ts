/** The Date field (RFC 5322 3.3 and 4.3) and the other ways in which mailers write a date. What can't be read stays unread: never "now". */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Minutes east of Greenwich of the zones that RFC 5322 4.3 names, and of few others that mail carries. Military letters count as UTC there. */
const ZONES: Record<string, number> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  wet: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  bst: 60,
  cet: 60,
  met: 60,
  cest: 120,
  mest: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  ict: 420,
  jst: 540,
  kst: 540,
  hkt: 480,
  sgt: 480,
};

/**
 * Reads a date as mail writes it.
 * @param value the field's value, comments and all
 * @returns the moment, or null when it is none; a missing or impossible zone counts as UTC, a year of the Buddhist era is converted
 */
export function readDate(value: string): Date | null {
  const text = value
    .slice(0, 300)
    .replace(/\([^()]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const time = /(\d{1,2})[:.](\d{2})(?:[:.](\d{1,2})(?:\.\d+)?)?(?: ?([ap])\.?m\.?)?/i;
  const usual = /(?:^|[ ,])(\d{1,2})[ -]([a-z]{3,9})\.?,?[ -](\d{2,4}),?(?: (?:at )?|$)/i.exec(text);
  if (usual !== null) return build(usual[3], usual[2], usual[1], time.exec(text.slice(usual.index + usual[0].length)), text);
  const american = /(?:^|[ ,])([a-z]{3,9})\.? (\d{1,2}),? (\d{4}),? /i.exec(`${text} `);
  if (american !== null)
    return build(american[3], american[1], american[2], time.exec(text.slice(american.index + american[0].length - 1)), text);
  // asctime: Mon Jan  5 12:00:00 2009
  const unix = /(?:^|[ ,])([a-z]{3,9}) (\d{1,2}) (\d{1,2}:\d{2}(?::\d{2})?) (?:([a-z]{2,5}|[+-]\d{4}) )?(\d{4})(?: |$)/i.exec(text);
  if (unix !== null) return build(unix[5], unix[1], unix[2], time.exec(unix[3] ?? ''), unix[4] ?? text.slice(unix.index + unix[0].length));
  const iso = /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ]|$)/i.exec(text);
  if (iso !== null) return build(iso[1], MONTHS[Number(iso[2]) - 1], iso[3], time.exec(text.slice(10)), text.slice(10));
  return null;
}

function build(
  yearText: string | undefined,
  monthText: string | undefined,
  dayText: string | undefined,
  time: RegExpExecArray | null,
  zoneText: string,
): Date | null {
  const month = MONTHS.indexOf((monthText ?? '').slice(0, 3).toLowerCase());
  const day = Number(dayText);
  const year = fullYear(yearText ?? '');
  if (month < 0 || year === null || time === null) return null;
  const half = time[4]?.toLowerCase();
  let hour = Number(time[1]);
  if (half === 'p' && hour < 12) hour += 12;
  if (half === 'a' && hour === 12) hour = 0;
  const minute = Number(time[2]);
  // A leap second is the last one of its minute here.
  const second = Math.min(Number(time[3] ?? 0), 60);
  if (hour > 23 || minute > 59 || Number(time[3] ?? 0) > 60) return null;
  const midnight = new Date(Date.UTC(year, month, day));
  midnight.setUTCFullYear(year);
  if (midnight.getUTCMonth() !== month || midnight.getUTCDate() !== day) return null;
  return new Date(midnight.getTime() + ((hour * 60 + minute - zoneMinutes(zoneText)) * 60 + Math.min(second, 59)) * 1000);
}

/** RFC 5322 4.3: two digits 00-49 are 2000-2049, other two or three digits count from 1900. 2400 and later is the Buddhist era. */
function fullYear(text: string): number | null {
  const year = Number(text);
  if (text.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  if (text.length === 3) return 1900 + year;
  if (year >= 2400 && year < 2700) return year - 543;
  return year >= 1900 && year < 2400 ? year : null;
}

function zoneMinutes(text: string): number {
  const numeric = /(?:^|[\s\d.a-z])([+-])(\d{2}):?(\d{2})(?!\d)/i.exec(text);
  if (numeric !== null) {
    const minutes = Number(numeric[2]) * 60 + Number(numeric[3]);
    if (Number(numeric[3]) > 59 || minutes > 24 * 60) return 0;
    return numeric[1] === '-' ? -minutes : minutes;
  }
  const named = /(?:^|[\s\d])([a-z]{1,5})\s*$/i.exec(text);
  return ZONES[(named?.[1] ?? '').toLowerCase()] ?? 0;
}
