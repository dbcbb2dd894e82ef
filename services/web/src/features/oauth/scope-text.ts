import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

const texts: Record<string, MessageDescriptor> = {
  admin: msg`Do everything that administrators may do`,
  'admin.alert': msg`Tell of alerts of a monitoring`,
  'admin.user': msg`Manage users, give them roles and set their passwords`,
  chat: msg`Chat with customers`,
  'chat.agent': msg`Chat with customers`,
  community: msg`Administer the communities that you administer`,
  knowledge_base: msg`Read and write the knowledge base`,
  'knowledge_base.editor': msg`Write the knowledge base`,
  'knowledge_base.reader': msg`Read the knowledge base`,
  report: msg`See reports`,
  ticket: msg`Read, create and change your tickets and requests`,
  'ticket.agent': msg`Read, create and change tickets in your groups`,
  'ticket.customer': msg`Read and write your own requests`,
};
const administer = msg`Administer: {scope}`;
const other = msg`Use the permission {scope}`;

/** What a permission lets a program do, for people who decide about it; others are shown by their name. */
export function scopeText(scope: string): MessageDescriptor {
  if (Object.hasOwn(texts, scope)) return texts[scope] as MessageDescriptor;
  return scope.startsWith('admin.') ? administer : other;
}
