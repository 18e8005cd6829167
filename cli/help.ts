/** `npx saraban help`: every command with one line in Thai and one in English. */
import type { Command, CommandContext } from './command.ts';
import { DONE } from './command.ts';

/** Prints the table of commands. */
export function help(commands: Record<string, Command>, context: CommandContext): number {
  const lines = ['ใช้งาน · Usage: npx saraban <command> [--json]', ''];
  for (const [name, { usage, th, en }] of Object.entries(commands))
    lines.push(`  ${`${name} ${usage}`.trim()}`, `      ${th}`, `      ${en}`);
  lines.push('  help', '      แสดงคำสั่งทั้งหมด', '      Show all commands', '');
  lines.push('ผลลัพธ์ · Exit codes: 0 สำเร็จ done, 1 ไม่สำเร็จ failed, 2 ใช้คำสั่งหรือตั้งค่าผิด wrong usage or settings, 75 ลองใหม่ภายหลัง try again');
  const listed = Object.entries(commands).map(([name, { usage, th, en }]) => ({ name, usage, th, en }));
  context.answer(lines.join('\n'), { commands: listed });
  return DONE;
}
