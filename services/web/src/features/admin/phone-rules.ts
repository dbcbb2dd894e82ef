interface Route {
  dest: string;
  caller_id: string;
  note: string;
}

interface Blocked {
  caller_id: string;
  note: string;
}

export const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

export const routesText = (routes: readonly Route[]): string =>
  routes
    .map(({ dest, caller_id, note }) =>
      [dest.replaceAll(' ', ''), caller_id.replaceAll(' ', ''), note].join(' ').trim(),
    )
    .join('\n');

/** `41* 4144123 Switzerland`: how the destination begins, the number, and a note. */
export const routesIn = (text: string): Route[] =>
  linesOf(text).map((line) => {
    const [dest = '', caller_id = '', ...note] = line.split(/\s+/);
    return { dest, caller_id, note: note.join(' ') };
  });

export const blockedText = (blocked: readonly Blocked[]): string =>
  blocked.map(({ caller_id, note }) => `${caller_id.replaceAll(' ', '')} ${note}`.trim()).join('\n');

export const blockedIn = (text: string): Blocked[] =>
  linesOf(text).map((line) => {
    const [caller_id = '', ...note] = line.split(/\s+/);
    return { caller_id, note: note.join(' ') };
  });
