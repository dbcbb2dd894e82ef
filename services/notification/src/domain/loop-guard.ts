/** Most automatic mails an hour to one domain, and to everybody; 0: no limit. */
export interface VolumeLimits {
  domain: number;
  total: number;
}

/** How far back `volumeBrake` looks, ms. */
export const volumeWindowMs = 60 * 60_000;

/**
 * Whether one more automatic mail would let somebody use the desk to flood others: mails with forged senders reach any
 * number of addresses, each of them once, which `loopBrake` cannot see.
 * @param sent  automatic mails of the last hour; counting may stop at the limit
 * @returns     why not, or null when it may be sent
 */
export function volumeBrake(sent: VolumeLimits, limits: VolumeLimits): string | null {
  if (limits.domain > 0 && sent.domain >= limits.domain)
    return `Volume guard: ${limits.domain} automatic mails to this domain within 60 minutes.`;
  if (limits.total > 0 && sent.total >= limits.total)
    return `Volume guard: ${limits.total} automatic mails altogether within 60 minutes.`;
  return null;
}
