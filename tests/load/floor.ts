import Fastify from 'fastify';
import { type ParsedMail, simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import pg from 'pg';
import { SMTPServer } from 'smtp-server';

/**
 * What the bare stack costs on this machine at this hour: one Fastify process, one pool, one named statement a request,
 * PostgreSQL making the JSON; no sign-in, no rights, no rules, no events. Mail: take, parse, insert, confirm. The
 * product is measured against it in the same run, because figures of two runs cannot be compared.
 *
 * Run by the bench: `node floor.ts <database url> <http port> <smtp port> <smtp port of the mailbox>`
 */
const [url = '', httpPort = '0', smtpPort = '0', mailboxPort = '0'] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 10 });

const schema = `
  CREATE TABLE ticket (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number text NOT NULL UNIQUE, title text NOT NULL,
    group_id int NOT NULL, state_id int NOT NULL, updated_at timestamptz NOT NULL DEFAULT now());
  CREATE INDEX ticket_list ON ticket (group_id, state_id, updated_at DESC, id DESC);
  CREATE TABLE article (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ticket_id int NOT NULL REFERENCES ticket,
    subject text, body text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
  CREATE INDEX article_ticket ON article (ticket_id, id);
  CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload jsonb NOT NULL);
  CREATE TABLE search_doc (ticket_id int PRIMARY KEY, tsv tsvector NOT NULL);
`;

const fill = `
  INSERT INTO ticket (number, title, group_id, state_id, updated_at)
    SELECT (10000 + n)::text, 'Ticket ' || n, 1, 2, now() - n * interval '1 minute' FROM generate_series(1, $1::int) n;
  `;
const fillArticles = `
  INSERT INTO article (ticket_id, subject, body)
    SELECT n, 'Subject', repeat(md5(n::text || a::text) || ' ', 10) FROM generate_series(1, $1::int) n, generate_series(1, 3) a`;
/** As many words as the product's tickets have: a title of 6 and three articles of 60. */
const fillSearch = `
  INSERT INTO search_doc SELECT n, to_tsvector('simple', (SELECT string_agg('w' || floor(power(20000, random()))::int, ' ')
    FROM generate_series(1, 186) WHERE n = n)) FROM generate_series(1, $1::int) n`;

async function prepare(tickets: number): Promise<void> {
  await pool.query(schema);
  for (const statement of [fill, fillArticles, fillSearch]) await pool.query(statement, [tickets]);
  await pool.query('CREATE INDEX search_doc_tsv ON search_doc USING gin (tsv)');
  await pool.query('ANALYZE');
}

const one = async (name: string, text: string, values: unknown[]): Promise<string> =>
  (await pool.query({ name, text, values, rowMode: 'array' })).rows[0]?.[0] as string;

const app = Fastify();
const json = 'application/json; charset=utf-8';

app.get<{ Params: { id: string } }>('/get/:id', async (request, reply) =>
  reply.type(json).send(
    await one(
      'get',
      `SELECT (to_jsonb(t) || jsonb_build_object('articles',
        (SELECT jsonb_agg(a ORDER BY a.id) FROM article a WHERE a.ticket_id = t.id)))::text FROM ticket t WHERE t.id = $1`,
      [Number(request.params.id)],
    ),
  ),
);
app.get('/list', async (_, reply) =>
  reply.type(json).send(
    await one(
      'list',
      `SELECT json_build_object('total', (SELECT count(*) FROM ticket WHERE group_id = $1 AND state_id = $2), 'tickets',
        (SELECT json_agg(r) FROM (SELECT * FROM ticket WHERE group_id = $1 AND state_id = $2
          ORDER BY updated_at DESC, id DESC LIMIT 50) r))::text`,
      [1, 2],
    ),
  ),
);
app.get<{ Querystring: { q: string } }>('/search', async (request, reply) =>
  reply.type(json).send(
    await one(
      'search',
      `SELECT json_agg(t)::text FROM (SELECT ticket_id, ts_rank_cd(tsv, q) rank FROM (SELECT ticket_id, tsv, q
        FROM search_doc, plainto_tsquery('simple', $1) q WHERE tsv @@ q ORDER BY ticket_id DESC LIMIT 500) x
        ORDER BY rank DESC LIMIT 100) f JOIN ticket t ON t.id = f.ticket_id`,
      [request.query.q],
    ),
  ),
);
app.post<{ Body: { title: string; body: string } }>('/create', async (request, reply) =>
  reply
    .code(201)
    .type(json)
    .send(
      await one(
        'create',
        `WITH t AS (INSERT INTO ticket (number, title, group_id, state_id)
            VALUES (nextval('ticket_id_seq')::text || 'n', $1, 1, 2) RETURNING *),
          a AS (INSERT INTO article (ticket_id, body) SELECT id, $2 FROM t RETURNING *),
          o AS (INSERT INTO outbox (payload) SELECT to_jsonb(t) FROM t)
        SELECT to_json(t)::text FROM t, a`,
        [request.body.title, request.body.body],
      ),
    ),
);
app.post<{ Body: { ticket_id: number; body: string } }>('/reply', async (request, reply) =>
  reply
    .code(201)
    .type(json)
    .send(
      await one(
        'reply',
        `WITH a AS (INSERT INTO article (ticket_id, body) VALUES ($1, $2) RETURNING *),
          u AS (UPDATE ticket SET updated_at = now() WHERE id = $1),
          o AS (INSERT INTO outbox (payload) SELECT to_jsonb(a) FROM a)
        SELECT to_json(a)::text FROM a`,
        [request.body.ticket_id, request.body.body],
      ),
    ),
);

const confirmations = createTransport({
  host: '127.0.0.1',
  port: Number(mailboxPort),
  ignoreTLS: true,
  pool: true,
  maxMessages: Number.POSITIVE_INFINITY,
});

async function confirm({ from, subject }: ParsedMail): Promise<void> {
  const to = from?.value[0]?.address ?? '';
  const text = 'We have received your request.';
  await confirmations.sendMail({ from: 'help@localhost', to, subject: `Re: ${subject}`, text, html: text });
}

const smtp = new SMTPServer({
  disabledCommands: ['STARTTLS', 'AUTH'],
  authOptional: true,
  logger: false,
  onData(stream, _session, done) {
    const kept = simpleParser(stream).then(async (mail) => {
      await one('mail', 'INSERT INTO article (ticket_id, body) VALUES (1, $1) RETURNING id', [mail.text ?? '']);
      return mail;
    });
    kept.then((mail) => {
      done();
      // A confirmation that fails ends the process: figures without it would flatter it.
      void confirm(mail);
    }, done);
  },
});

await prepare(Number(process.env.BENCH_TICKETS ?? 10_000));
await app.listen({ port: Number(httpPort), host: '127.0.0.1' });
smtp.listen(Number(smtpPort), '127.0.0.1', () => process.send?.('ready'));
process.once('disconnect', () => process.exit(0));
