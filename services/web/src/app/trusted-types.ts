/** What the browser has for it, as far as it is used here. */
interface Policies {
  createPolicy(
    name: string,
    rules: { createHTML: (text: string) => string | null },
  ): {
    createHTML(text: string): unknown;
  };
}

const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;

let clean: ((html: string) => string) | undefined;

/** Told by the parts of the page that show or edit HTML of others: how it is made harmless. */
export function cleanMarkupBy(cleaner: (html: string) => string): void {
  clean = cleaner;
}

/**
 * The policy of the page lets no plain text become markup or script (`require-trusted-types-for`); the browser asks here
 * instead. A text without a tag can do nothing, style sheets of the components among them; one with tags is made
 * harmless first, and refused while nothing on the page could do that. For scripts there is no rule: they are refused.
 */
export function guardMarkup(): void {
  policies?.createPolicy('default', {
    createHTML: (text) => (text.includes('<') ? (clean?.(text) ?? null) : text),
  });
}

const framed = policies?.createPolicy('helpmesh-frame', { createHTML: (text) => text });

/** A document for a frame whose sandbox runs no scripts, and for nothing else. */
export const forSandbox = (html: string): string => (framed ? (framed.createHTML(html) as string) : html);

const read = policies?.createPolicy('helpmesh-read', { createHTML: (text) => text });

/** HTML as a document of its own that is never shown: nothing of it runs or loads. */
export const readHtml = (html: string): Document =>
  new DOMParser().parseFromString(read ? (read.createHTML(html) as string) : html, 'text/html');
