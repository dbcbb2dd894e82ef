import { type Answer, Desk, type Json } from '../../e2e/desk.ts';
import { type TestPlatform, testPlatform } from '../../e2e/platform.ts';

const PASSWORD = 'Right-and-proper-password-1';

/** A whole desk and who asks it: an administrator who is an agent too, an agent, a customer, and nobody. */
export class World {
  private constructor(
    readonly test: TestPlatform,
    readonly agent: Desk,
    readonly agentId: number,
    readonly customer: Desk,
    readonly customerId: number,
  ) {}

  static async make(): Promise<World> {
    const test = await testPlatform({
      gateway: { HELPMESH_RATE_LIMIT_PER_SECOND: '0', HELPMESH_SIGN_IN_LIMIT_PER_MINUTE: '0' },
      // A receiver of webhooks on this machine.
      notification: { HELPMESH_ALLOWED_PRIVATE_HOSTS: '127.0.0.1' },
    });
    try {
      const { admin, anyone } = test;
      const [role, groups] = [{ roles: ['Agent'] }, { groups: { Users: 'full', 'some group1': 'full' } }];
      const agent = {
        login: 'ann',
        email: 'ann@desk.example',
        firstname: 'Ann',
        lastname: 'Agent',
        password: PASSWORD,
      };
      const { id: agentId } = await admin.post('/api/v1/users', { ...agent, ...role, ...groups });
      const clara = { email: 'clara@customer.example', firstname: 'Clara', lastname: 'Client', password: PASSWORD };
      const { id: customerId } = await admin.post('/api/v1/users', { ...clara, roles: ['Customer'] });
      const as = (login: string) => anyone.as({ basic: [login, PASSWORD] });
      return new World(test, as('ann'), agentId, as('clara@customer.example'), customerId);
    } catch (error) {
      await test.platform.stop();
      throw error;
    }
  }

  get admin(): Desk {
    return this.test.admin;
  }

  get anyone(): Desk {
    return this.test.anyone;
  }

  as(login: string, password: string): Desk {
    return this.test.anyone.as({ basic: [login, password] });
  }

  /** Of the customer, in the group Users, with one article, unless `over` says otherwise. */
  ticket(over: Json = {}): Promise<Json> {
    const article = { subject: 'hello', body: 'The printer burns.', type: 'note', internal: false };
    return this.agent.post('/api/v1/tickets', {
      title: 'A ticket',
      group: 'Users',
      customer_id: this.customerId,
      article,
      ...over,
    });
  }
}

export type Section = (world: () => World) => void;

/** The status and the words of a refusal. */
export const refused = ({ status, body }: Answer) => ({ status, error: body.error });

/** The status of an answer that bears the same words twice, as clients read a refusal. */
export function unserved({ status, body, headers }: Answer): number {
  if (!headers.get('content-type')?.includes('application/json;')) throw new Error(`${status}, and no JSON`);
  if (!body.error || body.error !== body.error_human) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return status;
}

export const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Creates, reads, changes, finds in the list, and deletes a row of an object with the plain rules. */
export async function walk(desk: Desk, path: string, made: Json, change: Json): Promise<Json> {
  const answer = await desk.call('POST', `/api/v1/${path}`, made);
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  const { id } = answer.body;
  const read = await desk.get(`/api/v1/${path}/${id}`);
  const changed = await desk.put(`/api/v1/${path}/${id}`, change);
  const listed = (await desk.get(`/api/v1/${path}`)).find((row: Json) => row.id === id);
  const removed = await desk.call('DELETE', `/api/v1/${path}/${id}`);
  const gone = await desk.call('GET', `/api/v1/${path}/${id}`);
  return {
    created: answer.body,
    read,
    changed,
    listed,
    removed: [removed.status, removed.body],
    gone: gone.status,
  };
}
