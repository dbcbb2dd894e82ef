/**
 * A cookie that belongs to this host alone. Over https its name starts with `__Host-`, which browsers accept only with
 * Secure, Path=/ and without Domain, so that no neighbouring host can plant one. Plain http exists on a developer's
 * machine only.
 */
export abstract class HostCookie {
  readonly name: string;
  private readonly secure: boolean;

  /** @param longest  characters of a value, all of them URL-safe base64 */
  protected constructor(
    publicUrl: string,
    name: string,
    private readonly longest: number,
  ) {
    this.secure = publicUrl.startsWith('https:');
    this.name = this.secure ? `__Host-${name}` : name;
  }

  /** Our value in a Cookie header. With two of the name, which only a toss of cookies makes, there is none. */
  read(header: string | undefined): string | undefined {
    if (header === undefined || !header.includes(this.name)) return undefined;
    const values = header
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.name}=`))
      .map((pair) => pair.slice(this.name.length + 1));
    const [value = ''] = values;
    const ours = values.length === 1 && value.length <= this.longest && /^[\w-]{16,}$/.test(value);
    return ours ? value : undefined;
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
