import { accessCookieName, cookiesNamed } from '@authgraph/sdk';
import { stringifySetCookie } from 'cookie';
import { addSeconds, type Clock } from '../../kernel/clock.js';
import type { NewId } from '../../kernel/ids.js';
import type { Realm } from '../../kernel/realm.js';
import type { RequestContext } from '../../platform/graphql/context.js';
import { DEVICE_SETTINGS } from './device-settings.js';
import type { DeviceTokenFormat, KnownDevice } from './device-token.js';

export interface KnownDevicesDeps {
  readonly clock: Clock;
  readonly newId: NewId;
  readonly format: DeviceTokenFormat;
}

/** Tells devices from which a user has signed in before from a stranger's. */
export class KnownDevices {
  readonly #deps: KnownDevicesDeps;

  constructor(deps: KnownDevicesDeps) {
    this.#deps = deps;
  }

  /** What a device keeps whose user has just proved who they are: by signing in, or recovering. */
  tokenFor(realm: Realm, userId: string): string {
    const { clock, newId, format } = this.#deps;
    return format.write(realm, { deviceId: newId(), userId, since: clock.now() });
  }

  /** Hands it over as a cookie. */
  setCookie({ realm, response }: RequestContext, token: string): void {
    const { knownDeviceTtl } = DEVICE_SETTINGS.of(realm);
    const cookie = stringifySetCookie({
      name: cookieName(realm),
      value: token,
      expires: addSeconds(this.#deps.clock.now(), knownDeviceTtl),
      httpOnly: true,
      secure: realm.issuer.startsWith('https:'),
      sameSite: 'lax',
      path: '/',
    });
    response.appendHeader('set-cookie', cookie);
  }

  /** The token that a request brings: `named` in its input, or as a cookie. */
  tokenOf({ realm, message }: RequestContext, named: string | null | undefined) {
    return named ?? cookiesNamed(message.headers.cookie ?? '', cookieName(realm))[0];
  }

  /** Undefined for a stranger's device, and for one that has not been seen for too long. */
  read(realm: Realm, token: string | undefined): KnownDevice | undefined {
    const device = token === undefined ? undefined : this.#deps.format.read(realm, token);
    if (device === undefined) return undefined;
    const { knownDeviceTtl } = DEVICE_SETTINGS.of(realm);
    return addSeconds(device.since, knownDeviceTtl) > this.#deps.clock.now() ? device : undefined;
  }
}

function cookieName(realm: Realm): string {
  return accessCookieName(realm.issuer).replace('authgraph-at', 'authgraph-device');
}
