import type { Viewer } from '../access.ts';
import { grants } from '../permissions.ts';

export const mayFederation = {
  /**
   * Whoever decides which provider is believed, and what its word is worth, decides who gets into which account with
   * which rights: that takes both permissions.
   */
  manage: (viewer: Viewer): boolean =>
    viewer.kind === 'service' ||
    (grants(viewer.permissions, 'admin.security') && grants(viewer.permissions, 'admin.user')),
} as const;
