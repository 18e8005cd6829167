/** English words of the public page; web/text/public.th.ts is the source. */
import type { publicTh } from './public.th.ts';

export const publicEn: typeof publicTh = {
  title: 'Check and follow a letter',
  product: 'Register of official letters',
  agency: 'Agency',
  number: 'Receive number',
  receivedAt: 'Received',
  path: 'Where the letter stands',
  state: {
    received: 'Received and registered',
    'passed-on': 'Passed on to the unit in charge',
    'being-handled': 'Being handled',
    answered: 'Answered',
    closed: 'Closed',
    returned: 'Returned to the sender',
    cancelled: 'Receive number cancelled',
  },
  now: 'now',
  compare: 'Is your file the one that was received?',
  compareHelp:
    'Choose an attachment you sent, or the .eml file of the whole message. Its hash is computed on your device; the file does not leave it. Any size will do.',
  drop: 'Drop a file here, or tap to choose one',
  working: 'Computing',
  same: 'The same: this file is what the agency received.',
  other:
    'Not the same: this file is not what the agency received. If it is an .eml file, try an attachment instead: the copy in your sent folder may have other headers.',
  failed: 'It cannot be checked just now. Please try again later.',
  busy: 'Too many checks. Please wait a little and try again.',
  byHand: 'Or enter the SHA-256 of the file',
  byHandButton: 'Check',
  badHash: 'A SHA-256 has 64 hexadecimal digits.',
  note: 'This page confirms receipt only, not the content.',
  codeTitle: 'Check a letter by its code',
  codeHelp: 'Enter the code at the end of the link in the acknowledgement (26 characters).',
  code: 'Code',
  codeButton: 'Show',
  slipWaitingTitle: 'Received, and about to be entered',
  slipWaiting:
    'This letter was taken in by the book of numbers during an outage. An officer will enter it, and its receive number will appear on this page.',
  notFoundTitle: 'No letter has this code',
  notFound: 'Please check the link in the acknowledgement and try again.',
  tooManyTitle: 'Too many requests',
  tooMany: 'Please wait a little and try again.',
  unavailableTitle: 'Unavailable for the moment',
  unavailable: 'Please try again in a little while.',
};
