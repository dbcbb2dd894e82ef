import type { MailBrand } from '@helpmesh/contracts';
import { checkedAccent } from './accent.ts';

export interface BrandFacts {
  id: number;
  standard: boolean;
  /** Of its own pages; null: there is none. */
  host: string | null;
  name: string;
  mail_sender: string | null;
  accent: string | null;
  support: string | null;
  footer: string | null;
  logo: string | null;
}

/** Where anybody gets the picture of that name. */
export const logoPath = (hash: string): string => `/branding/logo/${hash}`;

/** @returns null of one that says nothing: mails look as those of the installation */
export function mailBrandOf(facts: BrandFacts): MailBrand | null {
  const { id, standard, host, name, mail_sender, accent, support, footer, logo } = facts;
  if (name === '' && [mail_sender, accent, support, footer, logo].every((value) => value === null)) return null;
  const colours = accent === null ? null : checkedAccent(accent);
  return {
    ...(standard ? { standard } : { id }),
    ...(host !== null && { host }),
    ...{ name, sender: mail_sender, support, footer },
    accent: colours && { light: colours.light, dark: colours.dark },
    logo: logo === null ? null : logoPath(logo),
  };
}
