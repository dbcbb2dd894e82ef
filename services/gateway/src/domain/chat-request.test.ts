import { expect, it } from 'vitest';
import { chatRequestIn, wrongInChat } from './chat-request.ts';

const right = { session: 's'.repeat(43), client_id: 'abcdefgh', name: 'Vic', email: 'vic@shop.example', text: 'Hello' };

it.each([
  ['nothing is wrong', {}, {}],
  ['an empty name', { name: '  ' }, { name: 'required' }],
  ['no words', { text: undefined }, { text: 'required' }],
  ['no address', { email: 'vic' }, { email: 'invalid' }],
  ['no id of the message', { client_id: 'a b' }, { client_id: 'required' }],
])('of the beginning of a chat: %s', (_, over, wrong) => {
  expect(wrongInChat(chatRequestIn({ ...right, ...over }))).toEqual(wrong);
});

it.each([null, undefined, 'text', 7, { text: 7, after: -1 }, { after: 1.5 }, { after: '3' }])(
  'takes %j for empty',
  (body) => {
    expect(chatRequestIn(body)).toEqual({
      ...{ session: '', clientId: '', name: '', email: '', topic: '', page: '', text: '', after: 0 },
    });
  },
);

it('cuts what is too long', () => {
  expect(chatRequestIn({ text: 'x'.repeat(3_000), name: 'n'.repeat(300), after: 12 })).toMatchObject({
    ...{ text: 'x'.repeat(2_000), name: 'n'.repeat(200), after: 12 },
  });
});
