import { z } from 'zod';

/** `#rrggbb`, in lower case. */
const Colour = z.string().regex(/^#[0-9a-f]{6}$/);
/** One accent, as it is used on light and on dark grounds: text in it meets WCAG 2.2 AA there. */
export const AccentColours = z.object({ light: Colour, dark: Colour });
export type AccentColours = z.output<typeof AccentColours>;

/** How a community, or the desk itself, shows itself in mails. */
export const MailBrand = z.object({
  /** The community's; absent: that of the desk, or told before communities had texts of their own. */
  id: z.number().int().optional(),
  /** That of the desk. */
  standard: z.boolean().optional(),
  /** Of its own pages, which are reached as those of the desk are; absent: there is none. */
  host: z.string().optional(),
  /** Empty: the name of the installation. */
  name: z.string(),
  /** Name beside the sending address; null: that of the address. */
  sender: z.string().nullable(),
  accent: AccentColours.nullable(),
  /** Path of its picture below the address of the desk. */
  logo: z.string().nullable(),
  /** One line of text each, or more. */
  support: z.string().nullable(),
  footer: z.string().nullable(),
});
export type MailBrand = z.output<typeof MailBrand>;
