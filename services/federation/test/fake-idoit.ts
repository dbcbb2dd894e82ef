import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Call {
  method: string;
  params: Record<string, unknown>;
  id: number;
}

/** As much of i-doit's JSON-RPC as its public descriptions tell, with its habits: errors come with the status 200. */
export interface FakeIdoit {
  readonly url: string;
  readonly host: string;
  /** What was asked, without sign-ins. */
  readonly asked: Call[];
  readonly logbook: Record<string, unknown>[];
  /** Answers nothing but this status, as a machine that is down does; null: it is well. */
  broken: number | null;
  /** A name and password are wanted beside the key. */
  login: [user: string, password: string] | null;
  readonly openSessions: Set<string>;
  close(): Promise<void>;
}

const key = 'the api key';
const objects = [
  {
    id: '34',
    title: 'node7',
    sysid: 'SYSID_34',
    objecttype: '5',
    type_title: 'Server',
    cmdb_status_title: 'in operation',
  },
  { id: 35, title: 'node8', sysid: 'SYSID_35', objecttype: 5, type_title: 'Server', cmdb_status_title: 'defect' },
];
const categories: Record<string, unknown> = {
  C__CATG__MODEL: [{ manufacturer: { title: 'Dell' }, title: { title: 'R740' }, serial: 'S1' }],
  C__CATG__LOCATION: [{ location_path: 'Karlsruhe > Hall 1', parent: { id: '9', title: 'Hall 1' } }],
  C__CATG__IP: { 3: { hostaddress: { ref_title: '192.0.2.7' }, hostname: 'node7', primary: { value: '1' } } },
};

export async function fakeIdoit(): Promise<FakeIdoit> {
  let sessions = 0;
  const server = createServer((request, response) => {
    const send = (status: number, body: string) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    };
    void (async () => {
      if (fake.broken !== null) return send(fake.broken, '<html>down</html>');
      const body = JSON.parse(await text(request)) as Call | Call[];
      if (request.url !== '/i-doit/src/jsonrpc.php') return send(404, 'not found');
      const answers = [body].flat().map((call) => answer(call, request));
      // The order of a batch is nobody's promise.
      send(200, JSON.stringify(Array.isArray(body) ? answers.reverse() : answers[0]));
    })();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;

  function answer(call: Call, { headers }: IncomingMessage): object {
    const { method, params, id } = call;
    const error = (code: number, message: string) => ({ jsonrpc: '2.0', id, error: { code, message, data: null } });
    const result = (value: unknown) => ({ jsonrpc: '2.0', id: String(id), result: value });
    if (params.apikey !== key) return error(-32099, 'Error: API key is wrong');
    if (method === 'idoit.login') {
      const given = [headers['x-rpc-auth-username'], headers['x-rpc-auth-password']];
      if (String(given) !== String(fake.login)) return error(-32604, 'Unable to login with the provided credentials');
      const session = `session${++sessions}`;
      fake.openSessions.add(session);
      return result({ result: true, 'session-id': session, 'client-id': '1', 'client-name': 'ACME' });
    }
    const session = String(headers['x-rpc-auth-session'] ?? '');
    if (fake.login && !fake.openSessions.has(session)) return error(-32604, 'Authentication error');
    if (method === 'idoit.logout') {
      fake.openSessions.delete(session);
      return result({ result: true });
    }
    fake.asked.push(call);
    switch (method) {
      case 'idoit.version':
        return result({ version: '1.19', type: 'OPEN', login: { userid: '9', mandator: 'ACME' } });
      case 'cmdb.objects.read': {
        const { ids, title } = params.filter as { ids?: number[]; title?: string };
        const words = title?.replaceAll('%', '').toLowerCase();
        return result(objects.filter((one) => (ids ? ids.includes(Number(one.id)) : one.title.includes(words ?? ''))));
      }
      case 'cmdb.object.read':
        return result(objects.find((one) => Number(one.id) === params.id) ?? null);
      case 'cmdb.category.read':
        return categories[String(params.category)] === undefined
          ? error(-32603, 'Internal error: Category is not assigned to the object type')
          : result(categories[String(params.category)]);
      case 'cmdb.logbook.create':
        fake.logbook.push(params);
        return result({ success: true, message: 'Logbook entry created', id: fake.logbook.length });
      default:
        return error(-32601, 'Method not found');
    }
  }

  const fake: FakeIdoit = {
    url: `http://127.0.0.1:${port}/i-doit`,
    host: `127.0.0.1:${port}`,
    asked: [],
    logbook: [],
    broken: null,
    login: null,
    openSessions: new Set(),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return fake;
}
