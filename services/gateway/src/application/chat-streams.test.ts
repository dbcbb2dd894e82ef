import type { VisitorChat } from '@helpmesh/contracts';
import { AppError, epochMs } from '@helpmesh/kernel';
import { waitFor } from '@helpmesh/testing';
import { describe, expect, it } from 'vitest';
import { type ChatPage, ChatStreams } from './chat-streams.ts';

const at = '2026-11-22T22:00:00.000Z';

/** One chat of one visitor, as its owner has it. */
function aChat() {
  const said: string[] = ['Hello'];
  const state = { here: false, gone: false, asked: 0, state: 'waiting' as VisitorChat['state'] };
  const owner = {
    async read(_session: string, after: number): Promise<VisitorChat> {
      state.asked += 1;
      if (state.gone) throw new AppError('not-found', 'chat.no-session', 'gone');
      const messages = said.map((body, i) => ({ id: i + 1, sender: 'visitor' as const, body, created_at: at }));
      return {
        ...{ id: 5, state: state.state, title: 'Chat', position: 1, agentId: null, agent: null, said: said.length },
        ...{ messages: messages.slice(after), endsAt: at, ticket: null },
      };
    },
    async see(_session: string, here: boolean) {
      state.here = here;
      return { id: 5, state: state.state, agentId: null, said: said.length };
    },
  };
  return { said, state, streams: new ChatStreams(owner, { now: () => epochMs(Date.parse(at) - 90_000) }) };
}

function aPage(session = 'secret'): ChatPage & { heard: string[]; closed: boolean } {
  const page = {
    ...{ session, after: 0, heard: [] as string[], closed: false },
    write: (text: string) => page.heard.push(text) > 0,
    close: () => {
      page.closed = true;
    },
  };
  return page;
}

const shown = (page: { heard: string[] }) =>
  page.heard.filter((text) => text.startsWith('data: ')).map((text) => JSON.parse(text.slice(6)));
const wordsOf = (page: { heard: string[] }) =>
  shown(page).flatMap(({ messages }) => messages.map(({ body }: { body: string }) => body));

describe('the stream of a visitor', () => {
  it('tells each message once, and no ids of people', async () => {
    const { said, streams } = aChat();
    const page = aPage();
    await streams.join(page);
    said.push('Are you there?');
    streams.hear(5, false);
    streams.hear(5, false);
    streams.hear(6, false);
    await waitFor(() => wordsOf(page).length === 2, { what: 'the second message' });
    said.push('Hm.');
    streams.beat();
    await waitFor(() => wordsOf(page).length === 3, { what: 'a message whose event was lost' });
    expect(wordsOf(page)).toEqual(['Hello', 'Are you there?', 'Hm.']);
    expect(shown(page)[0]).toEqual({
      ...{ state: 'waiting', title: 'Chat', position: 1, agent: null, ticket: null, ends_in: 90_000 },
      messages: [{ id: 1, sender: 'visitor', body: 'Hello', created_at: at }],
    });
    streams.typing(5);
    expect(page.heard.at(-1)).toBe('event: typing\ndata: {}\n\n');
  });

  it('says that the visitor is there, and that they left with the last page of theirs alone', async () => {
    const { state, streams } = aChat();
    const [page, anew] = [aPage(), aPage()];
    await streams.join(page);
    await streams.join(anew);
    streams.leave(page);
    expect(state.here).toBe(true);
    streams.leave(anew);
    await waitFor(() => !state.here, { what: 'that they left' });
    expect(streams.size).toBe(0);
  });

  it('ends when the chat is gone or the page reads no more, and has a few pages of one chat at most', async () => {
    const { state, streams } = aChat();
    const page = aPage();
    await streams.join(page);
    state.gone = true;
    streams.hear(5, true);
    await waitFor(() => page.closed, { what: 'the end of the stream' });
    await expect(streams.join(aPage())).rejects.toMatchObject({ code: 'chat.no-session' });
    state.gone = false;
    const slow = { ...aPage(), write: () => false };
    await streams.join(slow);
    expect(streams.size).toBe(0);
    for (let i = 0; i < 5; i++) await streams.join(aPage());
    await expect(streams.join(aPage())).rejects.toMatchObject({ code: 'chat.too-many-pages' });
    await streams.join(aPage('another secret'));
    streams.closeAll();
    // Whoever is not away is not said to be.
    expect(state.here).toBe(true);
  });
});
