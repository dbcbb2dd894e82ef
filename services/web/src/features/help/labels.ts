import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { HelpAnswer, HelpLocale } from './queries.ts';

export const stateLabels: Record<HelpAnswer['state'], MessageDescriptor> = {
  draft: msg`Draft`,
  internal: msg`Internal`,
  published: msg`Published`,
  archived: msg`Archived`,
};

export const stateColours: Record<HelpAnswer['state'], string> = {
  draft: 'gray',
  internal: 'yellow',
  published: 'teal',
  archived: 'gray',
};

/** Languages by their own names. */
export const localeNames: Record<HelpLocale, string> = { en: 'English', de: 'Deutsch', fr: 'Français', pl: 'Polski' };
