import { openApi } from '../src/http/openapi.ts';

/** docs/api/openapi.json, by path from the root of the repository. */
export function generateOpenApi(): Map<string, string> {
  return new Map([['docs/api/openapi.json', `${JSON.stringify(openApi(), null, 2)}\n`]]);
}
