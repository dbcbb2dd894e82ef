import { fileURLToPath } from 'node:url';
import { AppError, type ErrorKind } from '@helpmesh/kernel';
import { statusOf } from '../src/edge/problem.ts';
import { errorRegister } from './error-register.ts';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));

const HEAD = `# Errors

Every error that leaves Helpmesh carries one of these codes; a code keeps its meaning for ever and is never reused. On
\`/api/v1\` the answer is \`{"error": …, "error_human": …}\` with the words below; elsewhere it is \`application/problem+json\`
(RFC 9457), whose \`type\` leads here. \`…\` stands for a value that is filled in. \`/scim/v2\` answers in the
form of RFC 7644, and with its status where that differs: 400 for 422, 501 for what is not implemented there.

This page is made from the sources by \`npm run gen\`.

| code | kind | status | says | made by |
|---|---|---|---|---|
`;

/** docs/errors.md, by path from the root of the repository. */
export function generateErrors(): Map<string, string> {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = errorRegister(workspace).map(({ code, kind, detail, owner }) => {
    const status = statusOf(new AppError(kind as ErrorKind, code, detail));
    return `| \`${code}\` | ${kind} | ${status} | ${cell(detail)} | ${owner} |`;
  });
  return new Map([['docs/errors.md', `${HEAD}${rows.join('\n')}\n`]]);
}
