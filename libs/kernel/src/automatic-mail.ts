import { type EpochMs, epochMs } from './time.ts';

/** Local parts behind which no person reads: machines, bounces, and the roles RFC 2142 gives to operators. */
const machines =
  /^(mailer-daemon|postmaster|abuse|root|hostmaster|webmaster|daemon|bounces?|(do[-_.]?not|no)[-_.]?reply)([-_.+=].*)?$/i;

/** One address for one mailbox: lower case, without surrounding space. */
export function plainAddress(address: string): string {
  return address.trim().toLowerCase();
}

/** An address that a mail can be sent to: one @, no space, no control characters, no angle brackets. */
export function isDeliverable(address: string): boolean {
  return address.length <= 254 && /^[^\s<>@"(),:;\\[\]\p{Cc}]+@[^\s<>@"(),:;\\[\]\p{Cc}]+$/u.test(address);
}

/** True for mailer-daemon, postmaster, no-reply and their like. */
export function isMachine(address: string): boolean {
  return machines.test(plainAddress(address).split('@')[0] ?? '');
}

/** At most `mails` automatic mails in any `minutes`. */
interface Brake {
  minutes: number;
  mails: number;
}

/** To one address about one ticket (docs: the limits existing Zammad installations rely on). */
export const perTicket: readonly Brake[] = [
  { minutes: 10, mails: 10 },
  { minutes: 30, mails: 15 },
  { minutes: 60, mails: 25 },
  { minutes: 180, mails: 50 },
  { minutes: 600, mails: 100 },
];

/** To one address, whatever the ticket. */
export const perAddress: readonly Brake[] = [
  { minutes: 10, mails: 30 },
  { minutes: 30, mails: 60 },
  { minutes: 60, mails: 120 },
  { minutes: 180, mails: 240 },
  { minutes: 600, mails: 360 },
];

/** How far back the guard looks, ms. */
export const guardWindowMs = 600 * 60_000;

/** An automatic mail to the address that went out or is about to. */
export interface PastMail {
  at: EpochMs;
  ticketId: number | null;
}

/**
 * Whether one more automatic mail to an address would feed a loop. Two machines that answer each other must come to
 * rest within the hour, a person who opens many tickets must still hear of each.
 * @param past     automatic mails to the address within `guardWindowMs`
 * @param perHour  the brake of the installation: most automatic mails an hour to one address; 0 leaves it out
 * @returns        why not, or null when it may be sent
 */
export function loopBrake(past: readonly PastMail[], ticketId: number, now: EpochMs, perHour: number): string | null {
  const aboutTicket = past.filter((mail) => mail.ticketId === ticketId);
  const ours = perHour > 0 ? [{ minutes: 60, mails: perHour }] : [];
  return (
    broken(aboutTicket, perTicket, now, 'this address about this ticket') ??
    broken(past, [...ours, ...perAddress], now, 'this address')
  );
}

function broken(past: readonly PastMail[], brakes: readonly Brake[], now: EpochMs, whom: string): string | null {
  for (const { minutes, mails } of brakes) {
    const since = epochMs(now - minutes * 60_000);
    const count = past.filter(({ at }) => at > since).length;
    if (count >= mails) return `Loop guard: ${count} automatic mails to ${whom} within ${minutes} minutes.`;
  }
  return null;
}
