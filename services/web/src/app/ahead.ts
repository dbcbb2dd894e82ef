import { listQuery, parseListState } from '../features/tickets/list-state.ts';

/** Set while this browser is known to have a session. */
export const sessionKey = 'helpmesh.session';

declare global {
  interface Window {
    /** Answers on their way, by address. */
    helpmeshAhead?: Map<string, Promise<Response>>;
  }
}

/**
 * What a page will ask as soon as its scripts are there. The same words as of the queries, or it is asked for nothing.
 * @param preview  lists ask how the last messages begin
 */
export function askedFirst(pathname: string, search: string, preview: boolean): string[] {
  const asked = ['/api/v1/users/me?expand=true', '/api/v1/ticket_counts'];
  const given = Object.fromEntries(new URLSearchParams(search));
  const ticket = /^\/tickets\/([1-9]\d*)$/.exec(pathname)?.[1];
  if (ticket) {
    return [
      ...asked,
      `/api/v1/tickets/${ticket}?expand=true`,
      `/api/v1/ticket_articles/by_ticket/${ticket}?expand=true`,
    ];
  }
  if (!namesList(pathname, given)) return asked;
  return [...asked, `/api/v1/ticket_list?${new URLSearchParams(listQuery(parseListState(given, 'my-open'), preview))}`];
}

/** Which list is shown where none is named depends on who asks. */
export const namesList = (pathname: string, given: Record<string, string>): boolean =>
  pathname === '/tickets' && (given.view ?? given.overview) !== undefined;

export const isAskedAhead = (): boolean => window.helpmeshAhead !== undefined;

/** What was asked ahead, once: whoever asks again wants to know what is so now. */
export function takeAhead(url: string): Promise<Response> | undefined {
  const asked = globalThis.window?.helpmeshAhead;
  const answer = asked?.get(url);
  asked?.delete(url);
  return answer;
}
