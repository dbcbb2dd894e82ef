// First of all, unless it has run already: the rest takes a while to be read.
import './app/ahead-entry.ts';
import '@fontsource-variable/inter/index.css';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import '@mantine/core/styles.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { activateLanguage, preferredLanguage } from './app/i18n.ts';
import { queryClient } from './app/query-client.ts';
import { fetchPageOf, router } from './app/router.tsx';
import { Beside } from './app/shell/beside.tsx';
import { guardMarkup } from './app/trusted-types.ts';
import './ui/page.css';
import { cssVariables, theme } from './ui/theme.ts';

// What is said before they are there waits for them.
const Messages = lazy(() => import('./ui/messages.tsx').then((file) => ({ default: file.Messages })));

guardMarkup();
const element = document.getElementById('root');
if (!element) throw new Error('index.html has no #root');
// Words before the first paint: a page that changes its language under the eyes looks broken.
const words = activateLanguage(preferredLanguage());
// Meanwhile the page finds out who is here and fetches what it shows.
fetchPageOf(window.location);
void router.load();
await words;
createRoot(element).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
        <Beside>
          <Messages />
        </Beside>
      </MantineProvider>
    </I18nProvider>
  </StrictMode>,
);
