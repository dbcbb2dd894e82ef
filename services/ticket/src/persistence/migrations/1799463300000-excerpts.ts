import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How a message begins, kept with it in plain text: lists show the last one that a customer can read. Null until the
 * service has made it, empty where there is nothing to read. Whatever changes the words of an article makes it null, so
 * it never says what they do not say any more.
 */
export class Excerpts1799463300000 implements MigrationInterface {
  name = 'Excerpts1799463300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE article ADD COLUMN excerpt text;
      CREATE FUNCTION forget_excerpt() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.excerpt := NULL;
        RETURN NEW;
      END $$;
      CREATE TRIGGER article_reworded BEFORE UPDATE OF body, content_type ON article FOR EACH ROW
        WHEN (OLD.body <> NEW.body OR OLD.content_type <> NEW.content_type) EXECUTE FUNCTION forget_excerpt();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER article_reworded ON article;
      DROP FUNCTION forget_excerpt();
      ALTER TABLE article DROP COLUMN excerpt;
    `);
  }
}
