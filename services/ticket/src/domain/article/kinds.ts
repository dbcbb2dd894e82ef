/** Article types by id; only `note` is not communication. The ids are part of the REST contract. */
export const articleTypes = [
  'email',
  'sms',
  'chat',
  'fax',
  'phone',
  'twitter status',
  'twitter direct-message',
  'facebook feed post',
  'facebook feed comment',
  'note',
  'web',
  'telegram personal-message',
  'facebook direct-message',
  'whatsapp message',
] as const;
export type ArticleType = (typeof articleTypes)[number];

export const articleSenders = ['Agent', 'Customer', 'System'] as const;
export type ArticleSender = (typeof articleSenders)[number];

export function articleTypeId(type: ArticleType): number {
  return articleTypes.indexOf(type) + 1;
}

export function articleSenderId(sender: ArticleSender): number {
  return articleSenders.indexOf(sender) + 1;
}

/** The type with this id or name, else undefined. */
export function articleTypeOf(key: number | string): ArticleType | undefined {
  return typeof key === 'number' ? articleTypes[key - 1] : articleTypes.find((type) => type === key);
}

export function articleSenderOf(key: number | string): ArticleSender | undefined {
  return typeof key === 'number' ? articleSenders[key - 1] : articleSenders.find((sender) => sender === key);
}

export function isCommunication(type: ArticleType): boolean {
  return type !== 'note';
}
