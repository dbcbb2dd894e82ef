/** What mail comes in and goes out by, and what waits: a chunk of its own, for whoever opens these pages. */
export { MailAccountPage } from './components/account-page.tsx';
export { ChannelsPage } from './components/channels-page.tsx';
export { AuthorizedPage } from './components/consent.tsx';
export { KeysPage } from './components/keys-page.tsx';
export { MailboxPage } from './components/mailbox-page.tsx';
export { QueuesPage } from './components/queues-page.tsx';
export { MailTextPage, MailTextsPage } from './components/texts-pages.tsx';
