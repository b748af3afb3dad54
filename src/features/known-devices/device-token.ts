import { createHmac, timingSafeEqual } from 'node:crypto';
import { idFromBytes, idToBytes } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';

const PREFIX = 'ag_dt_';
const ID_BYTES = 16;
const TIME_BYTES = 4;
const MAC_BYTES = 16;
const BODY_BYTES = 2 * ID_BYTES + TIME_BYTES;

/** A device from which a user has proved who they are. No secret but that it exists. */
export interface KnownDevice {
  readonly deviceId: string;
  readonly userId: string;
  readonly since: Date;
}

/**
 * Writes and reads device tokens: `ag_dt_` + base64url(device id, user id, seconds since the epoch,
 * MAC). They prove nothing but that the device is not a stranger's: no field takes one for a
 * credential.
 */
export interface DeviceTokenFormat {
  write(realm: Realm, device: KnownDevice): string;
  /** Undefined when the text is not a token of this realm that this service wrote. */
  read(realm: Realm, text: string): KnownDevice | undefined;
}

/** `macKeys`: newest first; the newest writes, all of them read. */
export function deviceTokenFormat(macKeys: readonly Buffer[]): DeviceTokenFormat {
  const [newest] = macKeys;
  if (newest === undefined) throw new Error('device tokens need a key');
  const macOf = (key: Buffer, realm: Realm, body: Buffer) =>
    createHmac('sha256', key).update(`${realm.id}\0`).update(body).digest().subarray(0, MAC_BYTES);
  return {
    write(realm, { deviceId, userId, since }) {
      const time = Buffer.alloc(TIME_BYTES);
      time.writeUInt32BE(Math.floor(since.getTime() / 1_000));
      const body = Buffer.concat([idToBytes(deviceId), idToBytes(userId), time]);
      return PREFIX + Buffer.concat([body, macOf(newest, realm, body)]).toString('base64url');
    },
    read(realm, text) {
      const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url');
      const isToken = text.startsWith(PREFIX) && bytes.length === BODY_BYTES + MAC_BYTES;
      const body = bytes.subarray(0, BODY_BYTES);
      const mac = bytes.subarray(BODY_BYTES);
      if (!isToken || !macKeys.some((key) => timingSafeEqual(mac, macOf(key, realm, body))))
        return undefined;
      return {
        deviceId: idFromBytes(body.subarray(0, ID_BYTES)),
        userId: idFromBytes(body.subarray(ID_BYTES, 2 * ID_BYTES)),
        since: new Date(body.readUInt32BE(2 * ID_BYTES) * 1_000),
      };
    },
  };
}
