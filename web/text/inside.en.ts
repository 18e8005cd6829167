/** What is said of the things inside a letter's files; web/text/inside.th.ts is the source. */
import type { insideTh } from './inside.th.ts';

export const insideEn: typeof insideTh = {
  name: 'File',
  size: 'Size',
  packed: 'Compressed',
  password: 'password',
  leaves: 'dangerous name',
  untrue: 'untrue figures',
  guessed: 'name guessed from its character set',
  encrypted:
    'Some files have a password: they could be neither read nor scanned for viruses. If they must be opened, ask the sender by another way first.',
  escapes:
    'Some names would be placed outside the folder they are unpacked to, and could overwrite files. Please do not unpack this archive.',
  doubtful: 'Sizes or names that this archive states are not true; it may be dangerous. Please do not unpack it.',
  broken: 'The table of contents is damaged; what could be read is shown.',
  more: (n: string) => `${n} more files are not shown.`,
  nothing: 'Nothing is in this archive.',
  from: 'From',
  to: 'To',
  date: 'Date',
  subject: 'Subject',
  files: 'Files',
  none: '(no subject)',
  unknown: '(not stated)',
  unproven: 'This mail came inside the letter. Its sender and date are as written in it; they were not proven.',
};
