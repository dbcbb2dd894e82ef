import { z } from 'zod';
import { defineQuestion } from '../define.ts';
import { HelpLocale } from '../http/knowledge-base.ts';
import { AccentColours } from '../mail/brand.ts';

const callers = { callers: ['gateway'] } as const;

/**
 * How the pages look that customers see: those of the community at a host, below a path or of a group, else those of the
 * desk. Null for a path that no community has.
 */
export const readBranding = defineQuestion(
  'rpc.identity.v1.read-branding',
  z.object({
    host: z.string().max(300).optional(),
    slug: z.string().max(100).optional(),
    groupId: z.number().int().optional(),
  }),
  z.object({
    branding: z
      .object({
        /** Empty: the name of the product. */
        name: z.string(),
        /** Path of its picture. */
        logo: z.string().nullable(),
        accent: AccentColours.nullable(),
        support: z.string().nullable(),
        footer: z.string().nullable(),
        /** Languages of its pages; none: all there are. */
        locales: z.array(HelpLocale),
        slug: z.string().nullable(),
        host: z.string().nullable(),
        /** Whose customers it is for; none: everybody's. */
        groupIds: z.array(z.number().int()),
      })
      .nullable(),
  }),
  callers,
);
export type Branding = NonNullable<z.output<typeof readBranding.output>['branding']>;

/** A picture, for anybody. Not found: `identity.no-such-picture`. */
export const getBrandingLogo = defineQuestion(
  'rpc.identity.v1.get-branding-logo',
  z.object({ hash: z.string().max(100) }),
  z.object({ contentType: z.string(), base64: z.string() }),
  callers,
);
