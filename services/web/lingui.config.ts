import { defineConfig } from '@lingui/conf';
import { formatter } from '@lingui/format-po';

export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'de', 'fr', 'pl'],
  catalogs: [{ path: 'src/locales/{locale}/messages', include: ['src'] }],
  // Line numbers would make every catalog diff noise; the file name is enough for a translator.
  format: formatter({ lineNumbers: false }),
  orderBy: 'message',
});
