export function startHash(agencyCode: string, series: string, year: number): Promise<string>;
export function entryHash(entry: object): Promise<string>;
export function actHash(act: object): Promise<string>;
