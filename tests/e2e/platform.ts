import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { migratePlatform, type Platform, type PlatformOptions, startPlatform } from '@helpmesh/deploy/local';
import { infra } from '@helpmesh/testing';
import { Desk, Mailbox } from './desk.ts';

export interface TestPlatform {
  platform: Platform;
  mailbox: Mailbox;
  /** The administrator, who is also an agent with full access. */
  admin: Desk;
  /** Nobody yet. */
  anyone: Desk;
}

/**
 * A whole platform on free ports, with servers and a folder of its own. `serviceEnv` has the last word.
 * @param profile  `durable` where the database itself is crashed: the faster default may forget its last commits then
 */
export async function testPlatform(
  serviceEnv: PlatformOptions['serviceEnv'] = {},
  profile: PlatformOptions['profile'] = 'test',
): Promise<TestPlatform> {
  const copyOf = profile === 'test' ? await freshHome() : undefined;
  const platform = await startPlatform({ ports: 'private', serviceEnv, profile, copyOf });
  const anyone = new Desk(platform.url);
  return {
    platform,
    mailbox: new Mailbox(platform.mailboxUrl),
    admin: anyone.as({ basic: [platform.admin.email, platform.admin.password] }),
    anyone,
  };
}

/** A home with databases as they are before anything happened; made by the first of a run that needs it. */
async function freshHome(): Promise<string | undefined> {
  const { folder } = infra();
  if (folder === undefined) return undefined;
  const home = path.join(folder, 'fresh-home');
  if (existsSync(home)) return home;
  const making = mkdtempSync(`${home}-`);
  chmodSync(making, 0o755); // PostgreSQL runs as another user when we are root
  await migratePlatform({ home: making, ports: 'private' });
  if (!existsSync(path.join(making, 'postgres'))) return undefined; // its user could not reach this folder
  try {
    renameSync(making, home);
  } catch {
    rmSync(making, { recursive: true, force: true }); // somebody was faster
  }
  return home;
}
