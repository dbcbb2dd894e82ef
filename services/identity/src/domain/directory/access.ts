import type { Viewer } from '../access.ts';
import { grants } from '../permissions.ts';

/** What whoever gives a directory its token must hold, at that time and later. */
export const SCIM_PERMISSION = 'admin.scim';

export const mayDirectories = {
  /**
   * Whoever decides which directory is believed, and what its groups are worth, decides who gets into which account
   * with which rights, as with providers of sign-in; and makes keys that do what the directory does.
   */
  manage: (viewer: Viewer): boolean =>
    viewer.kind === 'service' ||
    ['admin.security', 'admin.user', SCIM_PERMISSION].every((name) => grants(viewer.permissions, name)),
} as const;
