export function unzip(
  bytes: Uint8Array,
  budget?: { bytes: number },
  limits?: { entries: number; entryBytes: number; totalBytes: number; ratio: number },
): Promise<{ files: { name: string; bytes: Uint8Array }[]; faults: { name: string; why: string }[] }>;
