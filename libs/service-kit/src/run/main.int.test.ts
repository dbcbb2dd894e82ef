import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const door = new URL('./main.ts', import.meta.url).href;

/** A service that holds a timer for ever, says what happens to it and may be slow to start. */
const program = `
  const { main } = await import(${JSON.stringify(door)});
  const { z } = await import('zod');
  const schema = z.object({ PORT: z.coerce.number().meta({ description: 'A port' }), SLOW: z.string().optional() });
  const say = (word) => process.stdout.write(word + '\\n');
  await main((config) => ({
    name: 'probe',
    url: 'http://127.0.0.1:1',
    async start() {
      this.timer = setInterval(() => {}, 1000);
      if (config.PORT === 1) throw new Error('cannot listen');
      if (config.SLOW) await new Promise(() => {});
      say('started');
    },
    async stop() { say('stopped'); },
    async migrate() { say('migrated'); return config.PORT === 2 ? [] : ['First', 'Second']; },
  }), schema, 'probe', {
    look: { help: 'look around', run: async ({ PORT }) => ({ told: 'port ' + PORT, ok: PORT === 7 }) },
  });
`;

function launch(args: string[], env: Record<string, string> = {}, ipc = false): ChildProcess {
  const node = ['--experimental-transform-types', '--conditions', '@helpmesh/source', '--no-warnings'];
  // Positional arguments of -e come after "--".
  return spawn(process.execPath, [...node, '--input-type=module', '-e', program, '--', ...args], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { PATH: process.env.PATH ?? '', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
}

async function finish(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const [out, err] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  if (child.exitCode === null) await once(child, 'exit');
  return { code: child.exitCode, out, err };
}

async function untilSaid(child: ChildProcess, word: string): Promise<string> {
  let said = '';
  for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
    said += chunk;
    if (said.includes(word)) return said;
  }
  throw new Error(`ended without saying ${word}: ${said}`);
}

describe('the command line of a service', () => {
  it.each([
    ['no command', [], 2, '', 'Usage: probe'],
    ['an unknown command', ['dance'], 2, '', 'Usage: probe'],
    ['--help', ['--help'], 0, 'Usage: probe', ''],
    ['config', ['config'], 0, '| `PORT` | **required** | A port |', ''],
    ['--help with what is its own', ['--help'], 0, '  look       look around\n', ''],
    ['a command of its own', ['look'], 0, 'port 7', ''],
    ['start without a setting', ['start'], 1, '', 'probe: PORT is not set. It is: A port.'],
    ['migrate', ['migrate'], 0, 'probe: First, Second', ''],
    ['dead-letters where nothing is consumed', ['dead-letters'], 0, 'probe consumes nothing', ''],
  ])('answers %s', async (_what, args, code, out, err) => {
    const env: Record<string, string> = ['migrate', 'dead-letters', 'look'].includes(args[0] ?? '')
      ? { PORT: '7' }
      : {};
    const result = await finish(launch(args, env));
    expect(result.code).toBe(code);
    expect(result.out).toContain(out);
    expect(result.err).toContain(err);
  });

  it('ends with code 1 when a command of its own found something wrong', async () => {
    expect(await finish(launch(['look'], { PORT: '8' }))).toMatchObject({ code: 1, out: 'port 8' });
  });

  it('prints the values in force', async () => {
    expect((await finish(launch(['config', '--values'], { PORT: '7' }))).out).toBe('PORT=7\nSLOW=\n');
  });

  it('says in one line why a start failed, and ends although something still runs', async () => {
    const { code, err } = await finish(launch(['start'], { PORT: '1' }));
    expect(code).toBe(1);
    expect(err.trim()).toBe('probe: cannot listen');
  });

  it.each([
    ['start', [], 'started'],
    ['start --migrate', ['--migrate'], 'migrated\nstarted'],
  ])('%s', async (_what, options, said) => {
    const child = launch(['start', ...options], { PORT: '7' });
    const out = await untilSaid(child, 'is ready');
    child.kill('SIGTERM');
    expect(out.startsWith(`${said}\n`)).toBe(true);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('stops cleanly on %s', async (signal) => {
    const child = launch(['start'], { PORT: '7' });
    await untilSaid(child, 'is ready');
    child.kill(signal);
    const { code, out } = await finish(child);
    expect(out).toContain('stopped');
    expect(code).toBe(0);
  });

  it('follows its launcher when that goes away', async () => {
    const child = launch(['start'], { PORT: '7' }, true);
    const told = once(child, 'message');
    await untilSaid(child, 'is ready');
    expect((await told)[0]).toBe('ready');
    child.disconnect();
    const { code, out } = await finish(child);
    expect(out).toContain('stopped');
    expect(code).toBe(0);
  });

  it('stops while it is still starting', async () => {
    const child = launch(['start'], { PORT: '7', SLOW: '1' });
    // Nothing tells when the signal handlers are in place, but a signal before that ends the process as well.
    await once(child, 'spawn');
    child.kill('SIGTERM');
    const { out } = await finish(child);
    expect(out).not.toContain('started');
  });
});
