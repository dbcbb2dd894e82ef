import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Forms of words: a document also holds the stems of its words, where they are others than the words, each with its
 * language and behind a space, so that nobody can type one. They have no place in the text: no phrase meets them, and
 * they count for no rank.
 */
export class Stems1799461400001 implements MigrationInterface {
  name = 'Stems1799461400001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- In which its words were reduced to stems. Null: they were not; the service makes such documents anew.
      ALTER TABLE search_doc ADD COLUMN languages text[];

      -- Null: it has none, being a word of every text.
      CREATE FUNCTION search_stem(language text, word text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
      RETURN (CASE language WHEN 'en' THEN ts_lexize('english_stem', word) WHEN 'de' THEN ts_lexize('german_stem', word)
        WHEN 'fr' THEN ts_lexize('french_stem', word) END)[1];

      -- A loop over the dictionaries takes half the time of one query over all languages.
      CREATE FUNCTION search_stems(languages text[], words tsvector) RETURNS tsvector LANGUAGE plpgsql STABLE PARALLEL SAFE
      AS $$
      DECLARE
        language text;
        dictionary regdictionary;
        found text[] := '{}';
      BEGIN
        FOREACH language IN ARRAY coalesce(languages, '{}') LOOP
          dictionary := CASE language WHEN 'en' THEN 'english_stem' WHEN 'de' THEN 'german_stem' WHEN 'fr' THEN 'french_stem' END;
          found := found || ARRAY(SELECT ' ' || language || said.stem
            FROM (SELECT lexeme, (ts_lexize(dictionary, lexeme))[1] AS stem
              FROM unnest(tsvector_to_array(words)) AS lexeme OFFSET 0) AS said
            WHERE said.stem <> said.lexeme);
        END LOOP;
        RETURN array_to_tsvector(found);
      END $$;

      -- A word or any of its forms; several words in one are taken as they are.
      CREATE FUNCTION search_forms(word text) RETURNS tsquery LANGUAGE sql STABLE PARALLEL SAFE
      RETURN (SELECT CASE WHEN numnode(asked.query) <> 1 THEN asked.query ELSE asked.query || coalesce((
          SELECT string_agg(DISTINCT format('''%s''', replace(form, '''', '''''')), '|')::tsquery
          FROM unnest(tsvector_to_array(to_tsvector('helpmesh', word))) AS lexeme,
            unnest(ARRAY['en', 'de', 'fr']) AS language, LATERAL search_stem(language, lexeme) AS stem,
            unnest(ARRAY[stem, ' ' || language || stem]) AS form
          WHERE stem IS NOT NULL), ''::tsquery) END
        FROM (SELECT plainto_tsquery('helpmesh', word) AS query) AS asked);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE search_doc SET
        tsv = ts_delete(tsv, ARRAY(SELECT lexeme FROM unnest(tsv) WHERE lexeme ~ '^ [a-z]')),
        public_tsv = ts_delete(public_tsv, ARRAY(SELECT lexeme FROM unnest(public_tsv) WHERE lexeme ~ '^ [a-z]'))
      WHERE languages IS NOT NULL;
      DROP FUNCTION search_forms, search_stems, search_stem;
      ALTER TABLE search_doc DROP COLUMN languages;
    `);
  }
}
