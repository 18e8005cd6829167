/** A secret for a command: from a file, or asked for without showing what is typed. Never from the arguments, which every user of the machine can read. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { usage } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { readFileNamed } from './rules/file-named.ts';

/**
 * @param file - as given by its option; '-' is standard input
 * @param what - what is asked for, in both languages
 * @throws UsageError when there is neither a file nor a person; Failure when the file cannot be read
 */
export async function readSecretOf(context: Pick<CommandContext, 'json'>, file: string | undefined, what: string): Promise<string> {
  if (file !== undefined) {
    const text = file === '-' ? await readAll(process.stdin) : (await readFileNamed(file)).toString('utf8');
    // An editor ends a file with a line break that is no part of the secret.
    return text.replace(/\r?\n$/, '');
  }
  if (process.stdin.isTTY !== true || context.json)
    throw usage(`ไม่มีผู้กรอก ${what} โปรดระบุไฟล์`, 'nobody can type the secret here: name a file (--password-file, --refresh-token-file)');
  process.stderr.write(`${what}: `);
  const silent = new Writable({ write: (_chunk, _encoding, next) => next() });
  const ask = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise(resolve => ask.question('', resolve));
  } finally {
    ask.close();
    process.stderr.write('\n');
  }
}

async function readAll(stream: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
