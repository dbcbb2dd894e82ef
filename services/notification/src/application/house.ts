import type { MailAddress, MailBrand } from '@helpmesh/contracts';
import { headerText } from '../domain/address.ts';
import type { House } from '../templates/render.ts';
import type { MailSettings } from './ports.ts';

/** Whose mail it is: a community's, or that of the installation. */
export function houseOf({ brand, page }: Pick<MailSettings, 'brand' | 'page'>, of: MailBrand | undefined): House {
  if (!of) return { brand, page };
  const { id, name, accent, logo, support, footer } = of;
  const own = pageOf({ page }, of);
  const picture = logo === null ? null : `${own}${logo}`;
  const look = { accent, logo: picture, support, footer };
  return { brand: name || brand, page: own, look, ...(id !== undefined && { community: id }) };
}

/** Where the pages are that links of a mail lead to, without a slash at its end. */
export function pageOf({ page }: Pick<MailSettings, 'page'>, of: MailBrand | undefined): string {
  const desk = page.replace(/\/+$/, '');
  if (of?.host === undefined) return desk;
  const { protocol, port } = new URL(desk);
  return `${protocol}//${of.host}${port && `:${port}`}`;
}

/** The sender by the name that the community wants beside the address. */
export function named(from: MailAddress, of: MailBrand | undefined): MailAddress {
  return of?.sender ? { ...from, name: headerText(of.sender, 100) } : from;
}
