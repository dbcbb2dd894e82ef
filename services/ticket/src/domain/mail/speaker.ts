import { isDisowned } from './doubt.ts';

interface Address {
  name: string;
  address: string;
}

/** What of a mail decides whose words it brings. */
export interface Spoken {
  from: Address | null;
  replyTo: Address | null;
  replyToSpeaks?: 'with-its-name' | 'with-name-of-from' | undefined;
  automatic: string;
  unreadable: string | null;
  proof?: { result: 'pass' | 'fail' | 'none' | 'unknown'; domain: string } | undefined;
  proofDemanded?: boolean | undefined;
}

/**
 * Who speaks by a mail that opens a ticket, where that is whom its Reply-To names: what a contact form sends in its own
 * name. Nothing proves that they filled it in, so it never goes on with a ticket, which would let anybody speak for its
 * customer, and never speaks for the desk (ADR 0039).
 * @param pointsAtTicket  it refers to a ticket, whether or not it belongs there
 * @param isOurs  whether an address, in lower case, is of a group
 * @returns null: whoever it is from
 */
export function speakerOf(mail: Spoken, pointsAtTicket: boolean, isOurs: (address: string) => boolean): Address | null {
  const { from, replyTo, replyToSpeaks } = mail;
  if (!replyToSpeaks || !replyTo || !from || pointsAtTicket) return null;
  // Lists and machines ask for answers elsewhere for reasons of their own.
  if (mail.automatic !== 'no' || mail.unreadable !== null || isDisowned(mail)) return null;
  // Where proof is demanded, at least the form has to be who it says.
  if (mail.proofDemanded && mail.proof?.result !== 'pass') return null;
  const address = replyTo.address.toLowerCase();
  if (address === from.address.toLowerCase() || isOurs(address)) return null;
  return {
    name: (replyToSpeaks === 'with-its-name' ? replyTo.name : from.name) || replyTo.name,
    address: replyTo.address,
  };
}

/** What is proven of a mail says nothing of somebody whom it names, of the same domain or another: half the world shares some. */
export function proofFor({ address }: Address) {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return { result: 'none' as const, on: null, by: null, domain };
}
