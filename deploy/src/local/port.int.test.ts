import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const draw = `
  import { anyFreePort } from '${path.join(import.meta.dirname, 'port.ts')}';
  const ports = [];
  while (ports.length < 700) ports.push(await anyFreePort());
  process.stdout.write(ports.join(' '), () => process.stdin.once('data', () => process.exit()));
`;

it('gives no port twice, neither to one process nor to two', async () => {
  const drawing = [1, 2].map(() => promisify(execFile)(process.execPath, ['--input-type=module', '-e', draw]));
  const said = await Promise.all(
    drawing.map(async ({ child }) => {
      const [ports] = await new Promise<Buffer[]>((resolve) => child.stdout?.once('data', (...data) => resolve(data)));
      return String(ports).split(' ');
    }),
  );
  for (const { child } of drawing) child.stdin?.end('\n'); // what was drawn is held until both have drawn
  await Promise.all(drawing);
  expect(new Set(said.flat()).size).toBe(1400);
});
