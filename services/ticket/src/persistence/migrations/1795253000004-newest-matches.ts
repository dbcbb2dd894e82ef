import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An index of words finds the newest matches without reading all of them: each document holds which 4,096 tickets it
 * is among, as a word that begins with a space and so can neither be written nor asked for by anybody. A trigger keeps
 * it, so that no writer can forget.
 */
export class NewestMatches1795253000004 implements MigrationInterface {
  name = 'NewestMatches1795253000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Ranking reads the words of hundreds of documents: they lie in the row, as they are, up to a page of them.
      ALTER TABLE search_doc SET (toast_tuple_target = 8160),
        ALTER COLUMN tsv SET STORAGE EXTERNAL, ALTER COLUMN public_tsv SET STORAGE EXTERNAL;

      CREATE FUNCTION search_age(ticket_id integer) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
      RETURN array_to_tsvector(ARRAY[' ' || (ticket_id >> 12)]);

      -- Any of the 4,096s from the first to the last, counted back from that of the newest, which is 0.
      CREATE FUNCTION search_ages(newest integer, first integer, last integer) RETURNS tsquery
      LANGUAGE sql IMMUTABLE PARALLEL SAFE
      RETURN (SELECT string_agg(format(''' %s''', (newest >> 12) - n), '|') FROM generate_series(first, last) AS n)::tsquery;

      CREATE FUNCTION search_doc_age() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.tsv := NEW.tsv || search_age(NEW.ticket_id);
        NEW.public_tsv := NEW.public_tsv || search_age(NEW.ticket_id);
        RETURN NEW;
      END $$;
      CREATE TRIGGER search_doc_age BEFORE INSERT OR UPDATE OF tsv, public_tsv ON search_doc
        FOR EACH ROW EXECUTE FUNCTION search_doc_age();
      UPDATE search_doc SET tsv = tsv;

      -- At UTC by an offset: the name of a zone is looked up anew for every instant, which costs as much as the rest.
      CREATE OR REPLACE FUNCTION iso(at timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
      RETURN to_char(at AT TIME ZONE interval '0', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION iso(at timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
      RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
      DROP TRIGGER search_doc_age ON search_doc;
      UPDATE search_doc SET tsv = ts_delete(tsv, tsvector_to_array(search_age(ticket_id))),
        public_tsv = ts_delete(public_tsv, tsvector_to_array(search_age(ticket_id)));
      DROP FUNCTION search_doc_age, search_ages, search_age;
      ALTER TABLE search_doc RESET (toast_tuple_target),
        ALTER COLUMN tsv SET STORAGE EXTENDED, ALTER COLUMN public_tsv SET STORAGE EXTENDED;
    `);
  }
}
