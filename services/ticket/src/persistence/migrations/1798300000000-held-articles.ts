import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Articles that wait to be sent, and what agents have chosen for themselves. */
export class HeldArticles1798300000000 implements MigrationInterface {
  name = 'HeldArticles1798300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE held_article (
        id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        ticket_id  integer NOT NULL REFERENCES ticket ON DELETE CASCADE,
        user_id    integer NOT NULL,
        -- As whom it was written: it is sent with no more rights than these, and no more than the author has then.
        actor      jsonb NOT NULL,
        article    jsonb NOT NULL,
        ticket     jsonb NOT NULL,
        -- The uploads that hang on it are kept as long as it is.
        form_id    text,
        scheduled  boolean NOT NULL,
        send_at    timestamptz(3) NOT NULL,
        state      text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'sent', 'failed')),
        error      text,
        article_id integer,
        -- Counts the edits: what is sent is what was read.
        version    integer NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL,
        updated_at timestamptz(3) NOT NULL
      );
      CREATE INDEX held_article_due ON held_article (send_at) WHERE state = 'held';
      CREATE INDEX held_article_ticket ON held_article (ticket_id);
      CREATE INDEX held_article_form ON held_article (user_id, form_id);

      CREATE TABLE own_desk_setting (
        user_id           integer PRIMARY KEY,
        undo_send_seconds integer CHECK (undo_send_seconds BETWEEN 0 AND 60),
        updated_at        timestamptz(3) NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE held_article, own_desk_setting');
  }
}
