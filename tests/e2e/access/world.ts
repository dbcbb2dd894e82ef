import type { ServiceName } from '@helpmesh/deploy/local';
import { rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import { type Credential, Desk, type Json } from '../desk.ts';
import { type TestPlatform, testPlatform } from '../platform.ts';

/**
 * Who asks, in the order of the columns of the table:
 * - `anonymous` shows no credential
 * - `owner` is a customer, `mate` another one of the same shared organization, `other` one of a different organization
 * - `without`, `read`, `change` and `full` are agents with that access to the group North, and none to South
 * - `admin` administers, and is no agent: that alone shows no ticket
 * - `desk` and `language` are API tokens of somebody who may do everything, good for `ticket.agent` and for
 *   `user_preferences.language` only
 * - `suspended` has a token and was an agent with full access, until the account was switched off
 */
export const cast = [
  ...(['anonymous', 'owner', 'mate', 'other'] as const),
  ...(['without', 'read', 'change', 'full'] as const),
  ...(['admin', 'desk', 'language', 'suspended'] as const),
];
export type Who = (typeof cast)[number];

/** Those with a password and a session. */
const people = ['owner', 'mate', 'other', 'without', 'read', 'change', 'full', 'admin'] as const;
type Person = (typeof people)[number];
export const isPerson = (who: Who): who is Person => (people as readonly Who[]).includes(who);

/**
 * What they ask for: something of the owner's in North, of a stranger's in North, of a stranger's in South. Of things
 * that belong to no ticket, the row of the table says what stands for each.
 */
export type Place = 'own' | 'same' | 'foreign';
export const places: readonly Place[] = ['own', 'same', 'foreign'];

export const PASSWORD = 'Right-and-proper-password-1';
/** The smallest picture: an attachment that is no text. */
const FILE = Buffer.from('GIF89a-attached').toString('base64');

export interface Topic {
  id: number;
  number: string;
  group: 'North' | 'South';
  customerId: number;
  /** The mail that opened it. */
  article: { id: number; fileId: number };
  /** An internal one, by the administrator. */
  note: { id: number; fileId: number };
  /** Stand in the ticket's title and mail, and in its internal note: nowhere else. */
  word: string;
  secret: string;
}

/** A platform with people, groups and tickets between which rights draw every line. */
export class World {
  readonly #credentials = new Map<Who, Credential>();
  readonly #ids = new Map<string, number>();
  readonly topics = {} as Record<Place, Topic>;
  /** May do everything, and is none of the cast; the narrow tokens are this person's. */
  boss: Desk;
  #count = 0;
  #lastSignIn: Promise<unknown> = Promise.resolve();

  private constructor(private readonly test: TestPlatform) {
    this.boss = test.admin;
  }

  static async make(): Promise<World> {
    const world = new World(
      await testPlatform({
        gateway: { HELPMESH_RATE_LIMIT_PER_SECOND: '0', HELPMESH_SIGN_IN_LIMIT_PER_MINUTE: '0' },
      }),
    );
    try {
      await world.#fill();
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  get url(): string {
    return this.test.platform.url;
  }

  databaseUrl(service: ServiceName): string {
    return this.test.platform.databaseUrl(service);
  }

  get mailbox() {
    return this.test.mailbox;
  }

  stop(): Promise<void> {
    return this.test.platform.stop();
  }

  /** Id of a user, group, organization by name. */
  id(name: string): number {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`nothing is called ${name}`);
    return id;
  }

  as(who: Who): Desk {
    return this.test.anyone.as(this.#credentials.get(who));
  }

  /** A name that nothing has yet. */
  fresh(what: string): string {
    this.#count += 1;
    return `${what}-${this.#count}`;
  }

  addressOf(who: Person | 'stranger' | 'suspended'): string {
    return `${who}@people.example`;
  }

  /** One after the other: checking a password is dear on purpose, and a row of the table would have thirty at once. */
  signIn(login: string, password: string): Promise<Credential> {
    const signedIn = this.#lastSignIn.then(() => this.#signIn(login, password));
    this.#lastSignIn = signedIn.catch(() => undefined);
    return signedIn;
  }

  async #signIn(login: string, password: string): Promise<Credential> {
    const answer = await this.test.anyone.call('POST', '/api/v1/signin', { username: login, password });
    if (answer.status !== 201)
      throw new Error(`${login} cannot sign in: ${answer.status} ${JSON.stringify(answer.body)}`);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    return { cookie, csrf: answer.headers.get('csrf-token') ?? '' };
  }

  /** A further session of a person, and its id. */
  async session(who: Person | 'stranger'): Promise<{ desk: Desk; id: number }> {
    const desk = this.test.anyone.as(await this.signIn(this.addressOf(who), PASSWORD));
    const { sessions } = await desk.get('/api/v1/sessions');
    return { desk, id: sessions.find((one: Json) => one.current).id };
  }

  /** A ticket like the one in this place, which may come to harm. */
  async ticketLike(place: Place): Promise<Json> {
    const { group, customerId } = this.topics[place];
    return this.boss.post('/api/v1/tickets', {
      title: this.fresh('spare'),
      group,
      customer_id: customerId,
      article: { body: 'spare', type: 'note', internal: false },
    });
  }

  /** An article of the boss on the ticket in this place. */
  async noteOn(place: Place): Promise<Json> {
    return this.boss.post('/api/v1/ticket_articles', { ticket_id: this.topics[place].id, body: 'spare', type: 'note' });
  }

  /** A session of a customer who is wanted for nothing else. */
  async spareCustomer(): Promise<Desk> {
    const email = `${this.fresh('spare')}@spare.example`;
    await this.boss.post('/api/v1/users', { email, password: PASSWORD, roles: ['Customer'] });
    return this.test.anyone.as(await this.signIn(email, PASSWORD));
  }

  async customer(): Promise<Json> {
    return this.boss.post('/api/v1/users', { email: `${this.fresh('spare')}@spare.example`, roles: ['Customer'] });
  }

  async #fill(): Promise<void> {
    const { platform, admin } = this.test;
    this.boss = admin.as(await this.signIn(platform.admin.email, platform.admin.password));
    this.#ids.set('boss', (await this.boss.get('/api/v1/users/me')).id);
    for (const name of ['Shared', 'Elsewhere', 'Nowhere']) {
      await this.#keep(name, '/api/v1/organizations', { name, shared: true });
    }
    for (const name of ['North', 'South']) {
      await this.#keep(name, '/api/v1/groups', { name, email: `${name.toLowerCase()}@localhost` });
    }
    const all = { [this.id('North')]: ['full'], [this.id('South')]: ['full'] };
    await this.boss.put(`/api/v1/users/${this.id('boss')}`, { group_ids: all });

    const customer = (organization: string) => ({ roles: ['Customer'], organization });
    const agent = (...levels: string[]) => ({ roles: ['Agent'], groups: levels.length > 0 ? { North: levels } : {} });
    const users: [Person | 'stranger' | 'suspended', Json][] = [
      ['owner', customer('Shared')],
      ['mate', customer('Shared')],
      ['other', customer('Elsewhere')],
      ['stranger', customer('Nowhere')],
      ['without', agent()],
      ['read', agent('read')],
      ['change', agent('read', 'change')],
      ['full', agent('full')],
      ['suspended', agent('full')],
      ['admin', { roles: ['Admin'] }],
    ];
    await Promise.all(
      users.map(async ([who, more]) => {
        const names = { firstname: who, lastname: `of-${who}`, email: this.addressOf(who) };
        await this.#keep(who, '/api/v1/users', { ...names, password: PASSWORD, ...more });
        this.#credentials.set(who as Who, await this.signIn(this.addressOf(who), PASSWORD));
      }),
    );
    await this.#narrowTokens();
    await this.#openTopics();
  }

  async #keep(name: string, path: string, body: Json): Promise<void> {
    this.#ids.set(name, (await this.boss.post(path, body)).id);
  }

  async #narrowTokens(): Promise<void> {
    const token = async (desk: Desk, permission: string): Promise<Credential> =>
      desk.post('/api/v1/user_access_token', { name: permission, permission: [permission] });
    this.#credentials.set('desk', await token(this.boss, 'ticket.agent'));
    this.#credentials.set('language', await token(this.boss, 'user_preferences.language'));
    this.#credentials.set('suspended', await token(this.as('suspended'), 'ticket.agent'));
    await this.boss.put(`/api/v1/users/${this.id('suspended')}`, { active: false });
  }

  async #openTopics(): Promise<void> {
    const plan = [
      ['own', 'North', 'owner'],
      ['same', 'North', 'stranger'],
      ['foreign', 'South', 'stranger'],
    ] as const;
    await Promise.all(
      plan.map(async ([place, group, customer]) => {
        const word = `canary${place}word`;
        const secret = `canary${place}secret`;
        const from = this.addressOf(customer);
        const mail = rawMail({
          from,
          subject: `About ${word}`,
          text: `Please help with ${word}.`,
          attachments: [{ name: `${word}.txt`, type: 'text/plain', content: word }],
        });
        await sendRaw({ port: this.test.platform.smtpPort }, mail, { from, to: `${group.toLowerCase()}@localhost` });
        const ticket = await this.boss.ticketTitled(word, 30_000);
        const note = await this.boss.post('/api/v1/ticket_articles', {
          ticket_id: ticket.id,
          type: 'note',
          internal: true,
          body: `Nobody may know of ${secret}.`,
          attachments: [{ filename: `${secret}.gif`, 'mime-type': 'image/gif', data: FILE }],
        });
        const [article] = await this.boss.articlesOf(ticket.id);
        this.topics[place] = {
          id: ticket.id,
          number: ticket.number,
          group,
          customerId: this.id(customer),
          article: { id: article.id, fileId: article.attachments[0].id },
          note: { id: note.id, fileId: note.attachments[0].id },
          word,
          secret,
        };
      }),
    );
    const searchable = async () => {
      const found = await this.boss.get('/api/v1/tickets/search?query=canaryownsecret');
      return found.length > 0;
    };
    await waitFor(searchable, { what: 'the internal notes to be searchable', timeoutMs: 20_000 });
  }
}
