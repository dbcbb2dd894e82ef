import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorsIn } from '../../scripts/error-register.ts';
import { generateErrors } from '../../scripts/generate.ts';

describe('the register of errors', () => {
  it.each([
    [
      'a plain error',
      "throw new AppError('invalid', 'ticket.no-group', 'A group is needed.');",
      [{ kind: 'invalid', code: 'ticket.no-group', detail: 'A group is needed.' }],
    ],
    [
      'an error over several lines, with a value filled in',
      `throw x(null);
      new AppError(
        'stale',
        'ticket.stale',
        \`Version \${a({ b: 1 })} is gone.\`,
      )`,
      [{ kind: 'stale', code: 'ticket.stale', detail: 'Version … is gone.' }],
    ],
    [
      'a helper that takes kind and code',
      "make('conflict', 'db.unique', 'It exists.')",
      [{ kind: 'conflict', code: 'db.unique', detail: 'It exists.' }],
    ],
    [
      'a helper that takes the code alone',
      "\nfunction a() {\n  throw refused('auth.x', \"Can't.\");\n}\n\nfunction refused(code: string, detail: string) {\n  return new AppError('unauthenticated', code, detail);\n}\n",
      [{ kind: 'unauthenticated', code: 'auth.x', detail: "Can't." }],
    ],
    [
      'codes in a table of the same function',
      `
function gone(kind: K) {
  const code = { A: 'a.not-found', B: 'b.not-found' };
  return new AppError('not-found', code[kind], \`No \${kind}\`);
}
`,
      [
        { kind: 'not-found', code: 'a.not-found', detail: '…' },
        { kind: 'not-found', code: 'b.not-found', detail: '…' },
      ],
    ],
  ])('finds %s', (_what, text, errors) => expect(errorsIn(text, 'x.ts')).toEqual(errors));

  it('refuses a code that nobody could search for', () => {
    const text = "\nfunction hidden(a: string) {\n  return new AppError('invalid', a + '.b', 'x');\n}\n";
    expect(() => errorsIn(text, 'x.ts')).toThrow('x.ts: hidden makes errors whose codes cannot be read');
  });

  it('and docs/errors.md say the same', () => {
    for (const [file, text] of generateErrors()) {
      expect(readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8')).toBe(text);
    }
  });
});
