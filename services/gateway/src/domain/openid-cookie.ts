import { HostCookie } from './host-cookie.ts';

/** Carries, sealed by identity, what a sign-in at a provider must come back with: it binds the sign-in to the browser. */
export class OpenIdCookie extends HostCookie {
  constructor(publicUrl: string) {
    // Browsers keep 4,096 bytes with name and attributes.
    super(publicUrl, 'helpmesh_openid', 3_900);
  }
}

/** The same for linking an account at a provider to the person who is signed in. */
export class OpenIdLinkCookie extends HostCookie {
  constructor(publicUrl: string) {
    super(publicUrl, 'helpmesh_openid_link', 3_900);
  }
}
