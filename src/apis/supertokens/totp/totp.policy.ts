import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, without padding. */
export function toBase32(bytes: Uint8Array): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

/** Undefined for what is no base32. */
export function fromBase32(text: string): Buffer | undefined {
  const letters = text.replace(/=+$/, '').toUpperCase();
  if (letters === '' || !/^[A-Z2-7]+$/.test(letters)) return undefined;
  const bits = [...letters].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0'));
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

/** The six digits of a window (RFC 4226 section 5.3, with SHA-1). */
export function totpOf(secret: Uint8Array, window: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(window));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

export interface TotpParameters {
  /** Seconds. */
  readonly period: number;
  /** How many windows before and after the present one count, too. */
  readonly skew: number;
}

export function isTotp(
  secret: Uint8Array,
  code: string,
  { period, skew }: TotpParameters,
  now: Date,
): boolean {
  const present = Math.floor(now.getTime() / 1000 / period);
  for (let window = Math.max(0, present - skew); window <= present + skew; window += 1) {
    if (totpOf(secret, window) === code) return true;
  }
  return false;
}
