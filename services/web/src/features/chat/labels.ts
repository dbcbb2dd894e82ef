import { msg } from '@lingui/core/macro';

export const chatsLabel = msg`Chats`;
