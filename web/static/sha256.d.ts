export class Sha256 {
  update(bytes: Uint8Array): this;
  /** 64 hexadecimal digits; nothing may be added afterwards. */
  hex(): string;
}
