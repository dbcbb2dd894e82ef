import { Node } from '@tiptap/react';

/** Somebody who is called: one piece of the text, which the server reads by its mark (ADR 0019). */
export const MentionNode = Node.create({
  name: 'mention',
  group: 'inline',
  inline: true,
  atom: true,
  selectable: false,

  addAttributes() {
    return {
      id: { default: null, rendered: false, parseHTML: (element) => element.getAttribute('data-mention-user-id') },
      label: { default: '', rendered: false, parseHTML: (element) => element.textContent?.replace(/^@/, '') ?? '' },
    };
  },
  parseHTML: () => [{ tag: 'span[data-mention-user-id]' }, { tag: 'a[data-mention-user-id]', priority: 60 }],
  renderHTML: ({ node }) => ['span', { 'data-mention-user-id': String(node.attrs.id) }, `@${node.attrs.label}`],
  renderText: ({ node }) => `@${node.attrs.label}`,
});
