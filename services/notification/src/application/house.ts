import type { MailAddress, MailBrand } from '@helpmesh/contracts';
import { headerText } from '../domain/address.ts';
import type { House } from '../templates/render.ts';
import type { MailSettings } from './ports.ts';

/** Whose mail it is: a community's, or that of the installation. */
export function houseOf({ brand, page }: Pick<MailSettings, 'brand' | 'page'>, of: MailBrand | undefined): House {
  if (!of) return { brand, page };
  const { name, accent, logo, support, footer } = of;
  const picture = logo === null ? null : `${page.replace(/\/+$/, '')}${logo}`;
  return { brand: name || brand, page, look: { accent, logo: picture, support, footer } };
}

/** The sender by the name that the community wants beside the address. */
export function named(from: MailAddress, of: MailBrand | undefined): MailAddress {
  return of?.sender ? { ...from, name: headerText(of.sender, 100) } : from;
}
