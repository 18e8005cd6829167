/** The kinds of values a setting may have, as zod schemas whose faults are said in Thai and English. */
import { z } from 'zod';
import { readSize } from './setting-values.ts';

/** A text that `read` understands, or a fault with these words. */
export function understood<T>(read: (text: string) => T | undefined, th: string, en: string) {
  return z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `${th} · ${en}` });
    return z.NEVER;
  });
}

/** One of these words, as it is written. */
export function oneOf<T extends string>(...words: T[]) {
  const listed = words.join(', ');
  return understood(text => words.find(word => word === text), `ต้องเป็นค่าใดค่าหนึ่งใน ${listed}`, `must be one of ${listed}`);
}

/** A size within limits, in bytes. */
export const size = (least: string, most: string) => {
  const [from = 0, to = 0] = [readSize(least), readSize(most)];
  return understood(
    text => {
      const bytes = readSize(text);
      return bytes !== undefined && bytes >= from && bytes <= to ? bytes : undefined;
    },
    `ต้องเป็นขนาด เช่น 50MiB ตั้งแต่ ${least} ถึง ${most}`,
    `must be a size such as 50MiB, from ${least} to ${most}`,
  );
};
