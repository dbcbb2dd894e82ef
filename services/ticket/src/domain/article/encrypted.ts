import type { MailSecurity } from '@helpmesh/contracts';

/**
 * Whether an article is a mail that travels encrypted; also one that could not be opened: somebody did not want it read
 * on the way.
 */
export function travelsEncrypted(preferences: Readonly<Record<string, unknown>>): boolean {
  const { encryption } = (preferences.security ?? {}) as Partial<MailSecurity>;
  return encryption !== undefined && (encryption.success || encryption.comment !== null);
}

/** What stands for the words of such a mail wherever they would leave the desk in the clear; as notices have it. */
const instead: Readonly<Record<string, string>> = {
  en: 'The message is encrypted: its words are shown in the ticket alone.',
  de: 'Die Nachricht ist verschlüsselt: Ihr Wortlaut steht nur im Ticket.',
  fr: 'Le message est chiffré : son texte ne figure que dans le ticket.',
  pl: 'Wiadomość jest zaszyfrowana: jej treść jest widoczna tylko w zgłoszeniu.',
};

export function insteadOfEncrypted(locale: string): string {
  const tag = locale.toLowerCase().split(/[-_]/)[0] ?? '';
  return (Object.hasOwn(instead, tag) ? instead[tag] : undefined) ?? (instead.en as string);
}
