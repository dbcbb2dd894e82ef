import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EpochMs } from '@helpmesh/kernel';

const GOOD_MS = 86_400_000;

/** What a form on a page of others is given when it is shown, and sends along: good for a day, and for one browser. */
export class FormToken {
  /** @param secret  any of ours; what is signed here is good for nothing else */
  constructor(private readonly secret: string) {}

  at(now: EpochMs, fingerprint: string): string {
    return `${now}.${this.mac(String(now), fingerprint)}`;
  }

  isGood(token: string, fingerprint: string, now: EpochMs): boolean {
    const [, at, mac] = /^(\d{1,15})\.([\w-]{43})$/.exec(token) ?? [];
    if (!at || !mac || !timingSafeEqual(Buffer.from(this.mac(at, fingerprint)), Buffer.from(mac))) return false;
    const age = now - Number(at);
    return age >= 0 && age <= GOOD_MS;
  }

  private mac(at: string, fingerprint: string): string {
    return createHmac('sha256', this.secret).update(`form token ${at} ${fingerprint}`).digest('base64url');
  }
}
