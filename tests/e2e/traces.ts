import { createReadStream, readdirSync } from 'node:fs';
import path from 'node:path';
import { type Platform, serviceNames } from '@helpmesh/deploy/local';
import { connectBus } from '@helpmesh/messaging';
import { Client } from 'pg';

/**
 * Every place of a platform where one of the words stands: tables, by database and with a row; streams, by message; the
 * blob folder and the logs of the services, by file. Upper and lower case are the same.
 */
export async function tracesOf(platform: Platform, words: readonly string[]): Promise<string[]> {
  const wanted = words.map((word) => word.toLowerCase());
  const found = (text: string) => wanted.some((word) => text.toLowerCase().includes(word));
  const databases = serviceNames.filter((service) => service !== 'gateway');
  const inTables = await Promise.all(databases.map((service) => searchTables(platform.databaseUrl(service), words)));
  return [
    ...inTables.flatMap((rows, i) => rows.map((row) => `${databases[i]} ${row}`)),
    ...(await searchStreams(platform.natsUrl, found)),
    ...(await searchFiles(path.join(platform.home, 'blobs'), found)),
    ...(await searchFiles(path.join(platform.home, 'logs'), found)),
  ];
}

async function searchTables(url: string, words: readonly string[]): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    );
    const hits: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(
        `SELECT t::text AS row FROM ${name} t WHERE t::text ILIKE ANY ($1::text[])`,
        [words.map((word) => `%${word}%`)],
      );
      hits.push(...rows.map(({ row }) => `${name}: ${row.slice(0, 2_000)}`));
    }
    return hits;
  } finally {
    await client.end();
  }
}

async function searchStreams(url: string, found: (text: string) => boolean): Promise<string[]> {
  const bus = await connectBus({ url, name: 'traces' });
  try {
    const hits: string[] = [];
    for await (const { config, state } of bus.jsm.streams.list()) {
      for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
        const message = await bus.jsm.streams.getMessage(config.name, { seq });
        const text = message && new TextDecoder().decode(message.data);
        if (text && found(text)) hits.push(`${config.name} ${message.subject}: ${text.slice(0, 2_000)}`);
      }
    }
    return hits;
  } finally {
    await bus.close();
  }
}

async function searchFiles(folder: string, found: (text: string) => boolean): Promise<string[]> {
  const hits: string[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    let text = '';
    for await (const chunk of createReadStream(file, 'utf8')) text += chunk;
    if (found(text)) hits.push(file);
  }
  return hits;
}
