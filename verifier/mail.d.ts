export function isMail(bytes: Uint8Array): boolean;
export function partsOfMail(bytes: Uint8Array): { type: string; name: string; bytes: Uint8Array }[];
