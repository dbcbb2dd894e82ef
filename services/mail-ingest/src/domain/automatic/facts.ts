/** What the filters may look at. */
export interface MailFacts {
  /** Values of a header by lower-case name, decoded and on one line; empty when the mail has none. */
  header(name: string): readonly string[];
  /** Envelope sender. Empty: the null return path. Null: not known (IMAP without Return-Path). */
  envelopeFrom: string | null;
  /** Address in From, null when there is none. */
  from: string | null;
  messageId: string | null;
  /** Was this Message-ID made by us? */
  isOurMessageId(messageId: string): boolean;
  /** Is this one of the addresses the desk itself receives or sends with? */
  isOurAddress(address: string): boolean;
}

/** `no`: a person wrote it. Everything else is filed and never answered by a machine. */
export type Automatic = 'no' | 'auto-reply' | 'bulk' | 'bounce' | 'own';

export interface Judgement {
  automatic: Exclude<Automatic, 'no'>;
  /** For the log and for whoever wonders why no confirmation was sent. */
  reason: string;
}

/** Answers one question; undefined means the question does not apply. */
export type Filter = (facts: MailFacts) => Judgement | undefined;

/** First word of the header's values, lower case: `auto-replied; owner-email=x` -> `auto-replied`. */
export function firstWords(facts: MailFacts, name: string): string[] {
  return facts.header(name).map(
    (value) =>
      value
        .trim()
        .toLowerCase()
        .split(/[\s;,(]/)[0] ?? '',
  );
}
