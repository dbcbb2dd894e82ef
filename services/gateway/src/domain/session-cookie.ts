import { HostCookie } from './host-cookie.ts';

/** Carries the token of the session. */
export class SessionCookie extends HostCookie {
  constructor(publicUrl: string) {
    super(publicUrl, 'helpmesh_session', 200);
  }
}
