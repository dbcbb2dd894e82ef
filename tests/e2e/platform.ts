import { type Platform, type PlatformOptions, startPlatform } from '@helpmesh/deploy/local';
import { inject } from 'vitest';
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
  const copyOf = profile === 'test' ? inject('freshHome') : undefined;
  const platform = await startPlatform({ ports: 'private', serviceEnv, profile, copyOf });
  const anyone = new Desk(platform.url);
  return {
    platform,
    mailbox: new Mailbox(platform.mailboxUrl),
    admin: anyone.as({ basic: [platform.admin.email, platform.admin.password] }),
    anyone,
  };
}
