import { queryOptions, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { request } from '../../app/api.ts';
import { type Language, languages } from '../../app/i18n.ts';
import { lookSheet } from './look-sheet.ts';

export interface PublicBranding {
  /** Empty: the name of the product. */
  name: string;
  logo_url: string | null;
  accent: { light: string; dark: string } | null;
  support: string | null;
  footer: string | null;
  /** None: all there are. */
  locales: Language[];
  help_path: string;
}

/** How the pages look for whoever comes by this address. */
export const brandingQuery = queryOptions({
  queryKey: ['branding'],
  queryFn: async ({ signal }) => (await request('GET', '/api/v1/branding', undefined, signal)) as PublicBranding,
  // A page without its looks is better than none.
  retry: false,
  staleTime: 5 * 60_000,
});

const sheet = new CSSStyleSheet();

/** The looks of the address, put on while the page that asks is there. @param worn  whether they are for this reader */
export function useBranding(worn = true): PublicBranding | undefined {
  const { data } = useQuery({ ...brandingQuery, enabled: worn });
  const branding = worn ? data : undefined;
  const { light, dark } = branding?.accent ?? {};
  useEffect(() => {
    if (!light || !dark) return;
    sheet.replaceSync(lookSheet({ light, dark }));
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
    };
  }, [light, dark]);
  return branding;
}

/** The languages that somebody chooses from. */
export function languagesFor(branding: PublicBranding | undefined) {
  const some = languages.filter(({ code }) => branding?.locales.includes(code));
  return some.length > 0 ? some : languages;
}
