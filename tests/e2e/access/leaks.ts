import { waitFor } from '@helpmesh/testing';
import { describe, expect, it } from 'vitest';
import type { Json } from '../desk.ts';
import { cast, type Place, places, type Who, type World } from './world.ts';

/** Who reads which tickets; of those that an agent reads also what is internal. */
function sees(who: Who, place: Place): 'as agent' | 'as customer' | undefined {
  if (who === 'desk') return 'as agent';
  if (place !== 'foreign' && ['read', 'change', 'full'].includes(who)) return 'as agent';
  return place === 'own' && (who === 'owner' || who === 'mate') ? 'as customer' : undefined;
}

/** Words of tickets and notes that this one may not read: no answer may hold any of them. */
export function secretsFrom({ topics }: World, who: Who): string[] {
  return places.flatMap((place) => [
    ...(sees(who, place) ? [] : [topics[place].word]),
    ...(sees(who, place) === 'as agent' ? [] : [topics[place].secret]),
  ]);
}

export function expectNone(text: string, secrets: string[], what: string): void {
  const found = secrets.filter((secret) => text.includes(secret));
  expect(found, `${what}: ${text.slice(0, 500)}`).toEqual([]);
}

const readers = cast.filter((who) => who !== 'anonymous' && who !== 'suspended');

/** What one may not see, looked for in every way there is to look. */
export function leaks(made: () => World): void {
  describe('S15: what is invisible cannot be found', () => {
    it.each(readers)('S15, S16: %s finds by a word exactly the tickets in which they may read it', async (who) => {
      const { topics } = made();
      const desk = made().as(who);
      for (const place of places) {
        const { id, word, secret } = topics[place];
        for (const [term, seen] of [
          [word, sees(who, place) !== undefined],
          [secret, sees(who, place) === 'as agent'],
        ] as const) {
          const wanted = seen ? [id] : [];
          const found = await desk.get(`/api/v1/tickets/search?query=${term}`);
          expect(found.map((ticket: Json) => ticket.id)).toEqual(wanted);
          const { total_count } = await desk.get(`/api/v1/tickets/search?query=${term}&only_total_count=true`);
          expect(total_count).toBe(wanted.length);
          const full = await desk.post('/api/v1/tickets/search?full=true', { query: term });
          expect(full).toMatchObject({ record_ids: wanted, total_count: wanted.length });
          // As for a title that everybody knows, with the id of the ticket already in hand.
          const { highlights } = await desk.get(`/api/v1/tickets/search/highlights?query=${term}&ids=${id}`);
          // Of who may read it the note is too old by now to be shown: later ones are looked through.
          if (!seen || term === word) expect(highlights.map((one: Json) => one.id)).toEqual(wanted);
          if (!seen) expect(JSON.stringify(highlights)).not.toContain(term);
        }
      }
    });

    it.each(readers)('S15: %s cannot ask for invisible tickets by id, in lists, counts or pages', async (who) => {
      const { topics } = made();
      const desk = made().as(who);
      const wanted = places.filter((place) => sees(who, place)).map((place) => topics[place].id);
      const all = places.map((place) => topics[place].id);
      const ids = (rows: Json[]) => rows.map(({ id }) => id).filter((id) => all.includes(id));
      /** All pages of a list; what its total counts is what this walk shows. */
      const walk = async (filter: string): Promise<Json[]> => {
        const rows: Json[] = [];
        for (let after = ''; ; ) {
          const page = await desk.get(`/api/v1/ticket_list?view=all&limit=200${filter}${after}`);
          rows.push(...page.tickets);
          if (page.next === null) {
            expect(page.total, filter).toBe(rows.length);
            return rows;
          }
          after = `&after=${encodeURIComponent(page.next)}`;
        }
      };
      const named = await desk.post('/api/v1/tickets/search', { ids: all });
      expect(ids(named).toSorted()).toEqual(wanted.toSorted());
      const plain = await desk.get('/api/v1/tickets?per_page=100');
      expect(ids(plain).toSorted()).toEqual(wanted.toSorted());
      expect(ids(await walk('')).toSorted()).toEqual(wanted.toSorted());
      for (const filter of [`&group_id=${made().id('South')}`, `&customer_id=${made().id('stranger')}`]) {
        expect(ids(await walk(filter)).every((id) => wanted.includes(id))).toBe(true);
      }
    });

    it('S15: an upload belongs to whoever made it, also when its form is named by somebody else', async () => {
      const world = made();
      const form = world.fresh('form');
      const body = new FormData();
      body.set('File', new Blob(['private']), 'private.txt');
      const headers = world.as('full').authorization;
      const sent = await fetch(`${world.url}/api/v1/upload_caches/${form}`, { method: 'POST', headers, body });
      expect(sent.status).toBe(200);
      const { id } = world.topics.own;
      const taken = await world
        .as('owner')
        .post('/api/v1/ticket_articles', { ticket_id: id, body: 'x', form_id: form });
      expect(taken.attachments).toEqual([]);
      const used = await world.as('full').post('/api/v1/ticket_articles', { ticket_id: id, body: 'x', form_id: form });
      expect(used.attachments).toHaveLength(1);
    });

    it('S15: what does not exist and what is invisible are told in the same words', async () => {
      const world = made();
      const words = (answer: { status: number; body: Json }, id: number) => [
        answer.status,
        answer.body.error.replaceAll(String(id), 'N'),
      ];
      const { foreign } = world.topics;
      for (const [path, id] of [
        ['/api/v1/tickets/', foreign.id],
        ['/api/v1/ticket_articles/', foreign.article.id],
        ['/api/v1/ticket_articles/by_ticket/', foreign.id],
        ['/api/v1/ticket_history/', foreign.id],
        ['/api/v1/ticket_article_plain/', foreign.article.id],
        ['/api/v1/organizations/', world.id('Nowhere')],
      ] as const) {
        const secret = words(await world.as('owner').call('GET', path + id), id);
        expect(secret).toEqual(words(await world.as('owner').call('GET', `${path}999999`), 999_999));
      }
    });
  });

  describe('S16: an internal note', () => {
    it.each(['owner', 'mate', 'without', 'admin', 'language'] as const)('is not there for %s', async (who) => {
      const world = made();
      const { id, note, secret } = world.topics.own;
      const desk = world.as(who);
      for (const path of [
        `/api/v1/ticket_articles/${note.id}`,
        `/api/v1/ticket_attachment/${id}/${note.id}/${note.fileId}`,
        `/api/v1/ticket_attachment/${id}/${world.topics.own.article.id}/${note.fileId}`,
        `/api/v1/ticket_article_plain/${note.id}`,
      ]) {
        expect((await desk.call('GET', path)).status, path).toBe(404);
      }
      for (const [method, body] of [
        ['PUT', { internal: false }],
        ['DELETE', undefined],
      ] as const) {
        expect((await desk.call(method, `/api/v1/ticket_articles/${note.id}`, body)).status).toBe(404);
      }
      for (const flag of ['', '?expand=true', '?full=true', '?all=true']) {
        const seen = await desk.call('GET', `/api/v1/tickets/${id}${flag}`);
        expectNone(JSON.stringify(seen.body), [secret], who);
        const { article_ids, ticket_article_ids, assets } = seen.body;
        const inAssets = Object.keys(assets?.TicketArticle ?? {}).map(Number);
        const ofTicket = assets?.Ticket?.[id]?.article_ids ?? [];
        const named = [...(article_ids ?? []), ...(ticket_article_ids ?? []), ...inAssets, ...ofTicket];
        expect(named).not.toContain(note.id);
      }
    });

    it('S15, S16: is never in a live stream of who may not know of it, nor is any foreign ticket', async () => {
      const world = made();
      const { own, foreign } = world.topics;
      const streams = {
        owner: await LiveStream.open(world, 'owner'),
        other: await LiveStream.open(world, 'other'),
        read: await LiveStream.open(world, 'read'),
        admin: await LiveStream.open(world, 'admin'),
      };
      try {
        const add = (ticketId: number, internal: boolean) =>
          world.boss.post('/api/v1/ticket_articles', { ticket_id: ticketId, body: 'live', type: 'note', internal });
        const hidden = await add(own.id, true);
        await add(foreign.id, false);
        const shown = await add(own.id, false);
        // Events come in their order, so whoever has the last one has had the chance of all before it.
        const last = await world
          .as('other')
          .post('/api/v1/tickets', { title: 'last', group: 'North', article: { body: 'x' } });
        await streams.owner.until((text) => text.includes(`"article":{"id":${shown.id}`));
        await streams.read.until((text) => text.includes(`"aggregateId":"${last.id}"`));
        await streams.other.until((text) => text.includes(`"aggregateId":"${last.id}"`));
        expect(streams.read.text).toContain(`"article":{"id":${hidden.id}`);
        expect(streams.owner.text).not.toContain(`"article":{"id":${hidden.id}`);
        for (const { text } of [streams.owner, streams.read])
          expect(text).not.toContain(`"aggregateId":"${foreign.id}"`);
        expect(streams.other.text).not.toContain(`"aggregateId":"${own.id}"`);
        expect(streams.admin.text).not.toContain('aggregateId');
      } finally {
        for (const stream of Object.values(streams)) stream.close();
      }
    });

    it('is in no mail but to agents who may read it, whatever its type, and a mail that comes after does not quote it', async () => {
      const world = made();
      const { own } = world.topics;
      const add = (body: Json) => world.boss.post('/api/v1/ticket_articles', { ticket_id: own.id, ...body });
      const secret = 'canarymailsecret';
      await add({ type: 'note', internal: true, body: secret });
      await add({ type: 'email', internal: true, body: secret, to: world.addressOf('owner') });
      const sent = await add({ type: 'email', body: 'This one is for you.', subject: 'After the notes' });
      const mail = await world.mailbox.mail(
        world.addressOf('owner'),
        ({ MessageID }) => `<${MessageID}>` === sent.message_id,
        'the mail after the notes',
      );
      expect(mail.text).toContain('This one is for you.');
      const secrets = [secret, ...places.map((place) => world.topics[place].secret)];
      for (const { ID, To } of await world.mailbox.all()) {
        const raw = await (await fetch(`${world.mailbox.url}/api/v1/message/${ID}/raw`)).text();
        const reader = /^List-ID: <notifications\./m.test(raw) ? agentAt(world, To[0].Address) : undefined;
        if (reader === 'boss') continue;
        expectNone(raw, reader ? secretsFrom(world, reader) : secrets, 'a mail');
      }
    });
  });
}

/** Who is told of tickets by mail: nobody but agents. */
function agentAt(world: World, address: string): Who | 'boss' | undefined {
  if (address === 'admin@example.com') return 'boss';
  return (['read', 'change', 'full'] as const).find((who) => world.addressOf(who) === address);
}

/** What comes over one live stream. */
class LiveStream {
  text = '';
  readonly #abort = new AbortController();

  static async open(world: World, who: Who): Promise<LiveStream> {
    const stream = new LiveStream();
    const { signal } = stream.#abort;
    const answer = await fetch(`${world.url}/api/v1/events`, { headers: world.as(who).authorization, signal });
    expect(answer.status).toBe(200);
    void stream.#read(answer);
    // The position comes first: from then on nothing is missed.
    await stream.until((text) => text.includes('id: '));
    return stream;
  }

  async until(fits: (text: string) => boolean): Promise<void> {
    await waitFor(() => fits(this.text), { what: 'an event', timeoutMs: 15_000 });
  }

  close(): void {
    this.#abort.abort();
  }

  async #read({ body }: Response): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body ?? []) this.text += decoder.decode(chunk, { stream: true });
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error;
    }
  }
}
