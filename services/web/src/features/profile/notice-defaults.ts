import type { NoticeMatrix } from '@helpmesh/contracts';

const everywhere = { email: true, online: true };
const closely = { owned_by_me: true, owned_by_nobody: true, subscribed: true, no: false };
const mine = { owned_by_me: true, owned_by_nobody: false, subscribed: false, no: false };

/** What holds for whoever has chosen nothing; a test holds it to what the server does. */
export const noticeDefaults: NoticeMatrix = {
  create: { criteria: closely, channel: everywhere },
  update: { criteria: closely, channel: everywhere },
  reminder_reached: { criteria: mine, channel: everywhere },
  escalation: { criteria: mine, channel: everywhere },
};
