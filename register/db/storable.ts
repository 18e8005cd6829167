/**
 * Text as PostgreSQL can keep it. A stranger's header may hold NUL or half a surrogate pair, which the database refuses;
 * refusing the letter for it would break I7, so the character is replaced and the raw bytes keep the truth.
 */

/** @param most - characters kept at most */
export function storable(text: string, most = 10_000): string {
  return text.replaceAll('\u0000', '\ufffd').toWellFormed().slice(0, most).toWellFormed();
}
