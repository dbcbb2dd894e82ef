import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Live chats, what is said in them, and who takes them. */
export class Chat1799461000000 implements MigrationInterface {
  name = 'Chat1799461000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE chat_agent (
        user_id    integer PRIMARY KEY,
        active     boolean NOT NULL,
        slots      integer NOT NULL,
        -- Groups whose tickets the agent may change, as of seen_at.
        group_ids  integer[] NOT NULL,
        seen_at    timestamptz(3) NOT NULL
      );
      CREATE TABLE chat (
        id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        -- Of what the visitor's browser shows to go on with it.
        session_sha256  text NOT NULL UNIQUE,
        state           text NOT NULL CHECK (state IN ('waiting', 'open', 'closed')),
        name            text NOT NULL,
        email           text NOT NULL,
        customer_id     integer NOT NULL,
        topic           text NOT NULL,
        group_id        integer NOT NULL,
        page            text NOT NULL,
        agent_id        integer,
        -- Messages there are.
        said            integer NOT NULL DEFAULT 0,
        said_at         timestamptz(3) NOT NULL,
        here            boolean NOT NULL,
        seen_at         timestamptz(3) NOT NULL,
        -- When a timer has to look: to end it, or to make a ticket of it.
        due_at          timestamptz(3),
        closed_by       text CHECK (closed_by IN ('visitor', 'agent', 'idle', 'away')),
        ticket_id       integer REFERENCES ticket ON DELETE CASCADE,
        created_at      timestamptz(3) NOT NULL,
        accepted_at     timestamptz(3),
        closed_at       timestamptz(3)
      );
      CREATE INDEX chat_due ON chat (due_at) WHERE due_at IS NOT NULL;
      CREATE INDEX chat_live ON chat (state, agent_id) WHERE state <> 'closed';
      CREATE INDEX chat_customer ON chat (customer_id);
      CREATE INDEX chat_ticket ON chat (ticket_id) WHERE ticket_id IS NOT NULL;
      CREATE TABLE chat_message (
        chat_id     integer NOT NULL REFERENCES chat ON DELETE CASCADE,
        id          integer NOT NULL,
        sender      text NOT NULL CHECK (sender IN ('visitor', 'agent')),
        client_id   text NOT NULL,
        body        text NOT NULL,
        created_at  timestamptz(3) NOT NULL,
        PRIMARY KEY (chat_id, id),
        UNIQUE (chat_id, sender, client_id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE chat_message; DROP TABLE chat; DROP TABLE chat_agent');
  }
}
