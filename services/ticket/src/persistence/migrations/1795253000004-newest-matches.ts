import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An index of words finds the newest matches without reading all of them: each document holds which 2^12 and which
 * 2^15 tickets it is among, as words that begin with a space and so can neither be written nor asked for by anybody.
 * A trigger keeps them, so that no writer can forget.
 */
export class NewestMatches1795253000004 implements MigrationInterface {
  name = 'NewestMatches1795253000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION search_age(ticket_id integer) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
      RETURN array_to_tsvector(ARRAY[' 12/' || (ticket_id >> 12), ' 15/' || (ticket_id >> 15)]);

      -- The newest 2^bits to 2^(bits + 1) of all documents.
      CREATE FUNCTION search_newest(newest integer, bits integer) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
      RETURN format(''' %1$s/%2$s'' | '' %1$s/%3$s''', bits, newest >> bits, (newest >> bits) - 1)::tsquery;

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
      DROP FUNCTION search_doc_age, search_newest, search_age;
    `);
  }
}
