import type { VisitorChat } from '@helpmesh/contracts';
import { AppError, epochMs } from '@helpmesh/kernel';
import { waitFor } from '@helpmesh/testing';
import { describe, expect, it } from 'vitest';
import { type ChatPage, ChatStreams } from './chat-streams.ts';

const at = '2026-11-22T22:00:00.000Z';

/** One chat of one visitor, as its owner has it. */
function aChat({ most = 20 } = {}) {
  const said: string[] = ['Hello'];
  const state = {
    ...{ gone: false, asked: 0, said: [] as boolean[] },
    ...{ state: 'waiting' as VisitorChat['state'], ticket: null as string | null },
  };
  const owner = {
    async read(_session: string, after: number): Promise<VisitorChat> {
      state.asked += 1;
      if (state.gone) throw new AppError('not-found', 'chat.no-session', 'gone');
      const messages = said.map((body, i) => ({ id: i + 1, sender: 'visitor' as const, body, created_at: at }));
      return {
        ...{ id: 5, state: state.state, title: 'Chat', position: 1, agentId: null, agent: null, said: said.length },
        ...{ messages: messages.slice(after), endsAt: at, ticket: state.ticket },
      };
    },
    async see(_session: string, here: boolean) {
      state.said.push(here);
      return { id: 5, state: state.state, agentId: null, said: said.length };
    },
  };
  return { said, state, streams: new ChatStreams(owner, { now: () => epochMs(Date.parse(at) - 90_000) }, most, 20) };
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

  it('says that the visitor is there, and that they left when no page of theirs comes back', async () => {
    const { state, streams } = aChat();
    const [page, anew, again, other] = [aPage(), aPage(), aPage(), aPage('other secret')];
    for (const one of [page, anew, other]) await streams.join(one);
    streams.leave(page);
    streams.leave(anew);
    await streams.join(again);
    // This one leaves later, and is the only one of whom it is said.
    streams.leave(other);
    await waitFor(() => state.said.includes(false), { what: 'that somebody left' });
    expect(state.said).toEqual([true, true, true, true, false]);
    streams.leave(again);
    await waitFor(() => state.said.length === 6, { what: 'that they left' });
    expect(state.said.at(-1)).toBe(false);
    expect(streams.size).toBe(0);
  });

  it('lets no more in than may be, also of those that come at once, and closes when all is told', async () => {
    const { state, streams } = aChat({ most: 7 });
    const same = await Promise.allSettled(Array.from({ length: 9 }, () => streams.join(aPage())));
    expect(same.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    const others = await Promise.allSettled(Array.from({ length: 9 }, (_, i) => streams.join(aPage(`secret ${i}`))));
    expect(others.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(others.at(-1)).toMatchObject({ reason: { code: 'chat.too-many-streams' } });
    state.state = 'closed';
    streams.hear(5, true);
    await waitFor(() => state.asked >= 21, { what: 'that all were shown the end' });
    expect(streams.size).toBe(7);
    state.ticket = '10001';
    streams.hear(5, true);
    await waitFor(() => streams.size === 0, { what: 'the end of the streams' });
    const late = aPage();
    await streams.join(late);
    expect([shown(late).at(-1)?.ticket, late.closed, streams.size]).toEqual(['10001', true, 0]);
  });

  it('is not let in when it leaves while its owner is asked', async () => {
    const { streams } = aChat();
    const page = aPage();
    const joining = streams.join(page);
    streams.leave(page);
    await expect(joining).rejects.toMatchObject({ code: 'chat.cut' });
    expect(page.heard).toEqual([]);
  });

  it('ends when the chat is gone or the page reads no more, and has a few pages of one chat at most', async () => {
    const { state, streams } = aChat();
    const page = aPage();
    await streams.join(page);
    state.gone = true;
    streams.hear(5, true);
    await waitFor(() => page.closed, { what: 'the end of the stream' });
    await expect(streams.join(aPage())).rejects.toMatchObject({ code: 'chat.no-session' });
    expect(streams.size).toBe(0);
    state.gone = false;
    const slow = { ...aPage(), write: () => false };
    await streams.join(slow);
    expect(streams.size).toBe(0);
    for (let i = 0; i < 5; i++) await streams.join(aPage());
    await expect(streams.join(aPage())).rejects.toMatchObject({ code: 'chat.too-many-pages' });
    await streams.join(aPage('another secret'));
    streams.closeAll();
    // Whoever is not away is not said to be.
    expect(state.said.at(-1)).toBe(true);
  });
});
