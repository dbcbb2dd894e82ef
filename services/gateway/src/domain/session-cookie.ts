/**
 * The session cookie. Over https its name starts with `__Host-`, which browsers accept only with Secure, Path=/ and
 * without Domain, so that no neighbouring host can plant one. Plain http exists on a developer's machine only.
 */
export class SessionCookie {
  readonly name: string;
  private readonly secure: boolean;

  constructor(publicUrl: string) {
    this.secure = publicUrl.startsWith('https:');
    this.name = this.secure ? '__Host-helpmesh_session' : 'helpmesh_session';
  }

  /** Our value in a Cookie header. With two of the name, which only a toss of cookies makes, there is none. */
  read(header: string | undefined): string | undefined {
    if (header === undefined || !header.includes(this.name)) return undefined;
    const values = header
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.name}=`))
      .map((pair) => pair.slice(this.name.length + 1));
    const [value] = values;
    return values.length === 1 && value && /^[\w-]{16,200}$/.test(value) ? value : undefined;
  }

  set(value: string, maxAgeSeconds: number): string {
    return `${this.name}=${value}; ${this.attributes()}; Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`;
  }

  clear(): string {
    return `${this.name}=; ${this.attributes()}; Max-Age=0`;
  }

  private attributes(): string {
    return `Path=/; HttpOnly; SameSite=Lax${this.secure ? '; Secure' : ''}`;
  }
}
