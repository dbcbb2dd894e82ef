import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EpochMs } from '@helpmesh/kernel';

/** Nobody reads and fills in a form faster, and a page is not left open for longer. */
const SOONEST_MS = 2_000;
const LATEST_MS = 86_400_000;

/** Says when a form was shown, so that what fills in forms without reading them has to wait as people do. */
export class FormStamp {
  /** @param secret  any of ours; what is signed here is good for nothing else */
  constructor(private readonly secret: string) {}

  at(now: EpochMs): string {
    return `${now}.${this.mac(String(now))}`;
  }

  /** Also one that we never made is `too-old`: it is simply shown a new one. */
  check(stamp: string, now: EpochMs): 'good' | 'too-fast' | 'too-old' {
    const [, at, mac] = /^(\d{1,15})\.([\w-]{22})$/.exec(stamp) ?? [];
    if (!at || !mac || !timingSafeEqual(Buffer.from(this.mac(at)), Buffer.from(mac))) return 'too-old';
    const age = now - Number(at);
    if (age > LATEST_MS) return 'too-old';
    return age < SOONEST_MS ? 'too-fast' : 'good';
  }

  private mac(text: string): string {
    return createHmac('sha256', this.secret).update(`form stamp ${text}`).digest('base64url').slice(0, 22);
  }
}
