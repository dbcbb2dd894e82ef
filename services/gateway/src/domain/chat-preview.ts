import { documentOf } from './plain-page.ts';

/** The script of the chat and what it asks are ours; it brings no style that stands in the page. */
export const PREVIEW_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A page on which the chat can be tried as a visitor. */
export function chatPreviewPage(): string {
  return documentOf({
    ...{ tag: 'en', title: 'Live chat', header: '' },
    head: '<script src="/assets/chat/chat.js" data-preview defer></script>',
    body: `<h1>Live chat</h1><p>This is how visitors see the chat: a button in the corner of the page, while somebody takes
chats. What is said here is a real chat.</p><p id="helpmesh-chat-state" class="done" role="status">…</p>`,
  });
}
