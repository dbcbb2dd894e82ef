import { HostCookie } from './host-cookie.ts';

/** Carries, sealed by identity, what a sign-in at a provider must come back with: it binds the sign-in to the browser. */
export class OpenIdCookie extends HostCookie {
  constructor(publicUrl: string) {
    // Browsers keep 4,096 bytes with name and attributes.
    super(publicUrl, 'helpmesh_openid', 3_900);
  }
}
