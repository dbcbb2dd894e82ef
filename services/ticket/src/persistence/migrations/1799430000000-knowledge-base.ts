import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The knowledge base: categories and answers in some languages, found by their words, and what readers say of them. */
export class KnowledgeBase1799430000000 implements MigrationInterface {
  name = 'KnowledgeBase1799430000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE kb (
        id                integer PRIMARY KEY CHECK (id = 1),
        active            boolean NOT NULL,
        -- In their order; the first speaks for those that are missing.
        locales           text[] NOT NULL CHECK (cardinality(locales) > 0),
        requests          boolean NOT NULL,
        request_group_ids integer[] NOT NULL,
        created_by_id     integer NOT NULL,
        updated_by_id     integer NOT NULL,
        created_at        timestamptz(3) NOT NULL,
        updated_at        timestamptz(3) NOT NULL
      );
      INSERT INTO kb VALUES (1, true, '{en}', false, '{}', 1, 1, now(), now());

      CREATE TABLE kb_category (
        id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        parent_id     integer REFERENCES kb_category,
        position      integer NOT NULL,
        internal      boolean NOT NULL,
        role_ids      integer[] NOT NULL,
        created_by_id integer NOT NULL,
        updated_by_id integer NOT NULL,
        created_at    timestamptz(3) NOT NULL,
        updated_at    timestamptz(3) NOT NULL
      );
      CREATE INDEX kb_category_parent ON kb_category (parent_id);

      CREATE TABLE kb_category_title (
        id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        category_id integer NOT NULL REFERENCES kb_category ON DELETE CASCADE,
        locale      text NOT NULL,
        title       text NOT NULL,
        UNIQUE (category_id, locale)
      );

      CREATE TABLE kb_answer (
        id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        category_id   integer NOT NULL REFERENCES kb_category,
        position      integer NOT NULL,
        state         text NOT NULL CHECK (state IN ('draft', 'internal', 'published', 'archived')),
        -- Taken away by whoever does it, so each is done once.
        publish_at    timestamptz(3),
        archive_at    timestamptz(3),
        internal_at   timestamptz(3),
        published_at  timestamptz(3),
        archived_at   timestamptz(3),
        internal_note text,
        created_by_id integer NOT NULL,
        updated_by_id integer NOT NULL,
        created_at    timestamptz(3) NOT NULL,
        updated_at    timestamptz(3) NOT NULL
      );
      CREATE INDEX kb_answer_category ON kb_answer (category_id);
      CREATE INDEX kb_answer_due ON kb_answer (least(publish_at, archive_at))
        WHERE publish_at IS NOT NULL OR archive_at IS NOT NULL;

      CREATE TABLE kb_text (
        id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        answer_id integer NOT NULL REFERENCES kb_answer ON DELETE CASCADE,
        locale    text NOT NULL,
        title     text NOT NULL,
        -- Clean HTML, and what is read of it.
        body      text NOT NULL,
        words     text NOT NULL,
        tsv       tsvector NOT NULL,
        UNIQUE (answer_id, locale)
      );
      CREATE INDEX kb_text_words ON kb_text USING gin (tsv);

      CREATE TABLE kb_version (
        id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        answer_id     integer NOT NULL REFERENCES kb_answer ON DELETE CASCADE,
        locale        text NOT NULL,
        title         text NOT NULL,
        body          text NOT NULL,
        created_by_id integer NOT NULL,
        created_at    timestamptz(3) NOT NULL
      );
      CREATE INDEX kb_version_answer ON kb_version (answer_id, id);

      CREATE TABLE kb_feedback (
        id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        answer_id  integer NOT NULL REFERENCES kb_answer ON DELETE CASCADE,
        locale     text NOT NULL,
        -- A hash: whose it is cannot be told, only that it is the same visitor's.
        visitor    text NOT NULL,
        helpful    boolean NOT NULL,
        comment    text NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        UNIQUE (answer_id, visitor)
      );

      CREATE TABLE kb_count (
        answer_id   integer NOT NULL REFERENCES kb_answer ON DELETE CASCADE,
        day         date NOT NULL,
        views       integer NOT NULL DEFAULT 0,
        deflections integer NOT NULL DEFAULT 0,
        PRIMARY KEY (answer_id, day)
      );

      CREATE TEXT SEARCH CONFIGURATION kb_en (COPY = english);
      ALTER TEXT SEARCH CONFIGURATION kb_en ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
      CREATE TEXT SEARCH CONFIGURATION kb_de (COPY = german);
      ALTER TEXT SEARCH CONFIGURATION kb_de ALTER MAPPING FOR hword, hword_part, word WITH unaccent, german_stem;
      CREATE TEXT SEARCH CONFIGURATION kb_fr (COPY = french);
      ALTER TEXT SEARCH CONFIGURATION kb_fr ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem;
      -- The server has no stems of Polish.
      CREATE TEXT SEARCH CONFIGURATION kb_pl (COPY = simple);
      ALTER TEXT SEARCH CONFIGURATION kb_pl ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE kb_count, kb_feedback, kb_version, kb_text, kb_answer, kb_category_title, kb_category, kb;
      DROP TEXT SEARCH CONFIGURATION kb_en;
      DROP TEXT SEARCH CONFIGURATION kb_de;
      DROP TEXT SEARCH CONFIGURATION kb_fr;
      DROP TEXT SEARCH CONFIGURATION kb_pl;
    `);
  }
}
