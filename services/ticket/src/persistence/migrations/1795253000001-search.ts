import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Full-text search: one document a ticket, so that words of different articles meet. */
export class Search1795253000001 implements MigrationInterface {
  name = 'Search1795253000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE EXTENSION IF NOT EXISTS unaccent;
      CREATE EXTENSION IF NOT EXISTS pg_trgm;
      CREATE TEXT SEARCH CONFIGURATION helpmesh (COPY = simple);
      ALTER TEXT SEARCH CONFIGURATION helpmesh ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;

      CREATE TABLE search_doc (
        ticket_id       integer PRIMARY KEY REFERENCES ticket ON DELETE CASCADE,
        -- Who may see it; kept by the trigger below in the transaction that moves the ticket.
        group_id        integer NOT NULL,
        customer_id     integer NOT NULL,
        organization_id integer,
        number          text NOT NULL,
        title           text NOT NULL,
        tsv             tsvector NOT NULL,
        -- Without internal articles, for customers; null while there are none.
        public_tsv      tsvector
      );
      CREATE INDEX search_doc_words ON search_doc USING gin (tsv);
      CREATE INDEX search_doc_parts ON search_doc USING gin (number gin_trgm_ops, title gin_trgm_ops);

      CREATE FUNCTION move_search_doc() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE search_doc SET group_id = NEW.group_id, customer_id = NEW.customer_id, organization_id = NEW.organization_id
        WHERE ticket_id = NEW.id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER move_search_doc AFTER UPDATE ON ticket FOR EACH ROW
        WHEN (OLD.group_id <> NEW.group_id OR OLD.customer_id <> NEW.customer_id
              OR OLD.organization_id IS DISTINCT FROM NEW.organization_id)
        EXECUTE FUNCTION move_search_doc();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER move_search_doc ON ticket;
      DROP FUNCTION move_search_doc;
      DROP TABLE search_doc;
      DROP TEXT SEARCH CONFIGURATION helpmesh;
    `);
  }
}
