/** Where the CMDB is and who asks. */
export interface CmdbAccess {
  /** Without a slash at its end. */
  url: string;
  apiKey: string;
  /** Empty: the key alone. */
  user: string;
  password: string;
}

/** Questions in the form of JSON-RPC, all together. */
export interface CmdbWire {
  /**
   * One result a call, in order; an error of the CMDB is the result of its call alone.
   * @throws AppError unavailable `cmdb.unreachable`, `cmdb.refused`, `cmdb.unreadable`; invalid `net.address-refused`
   */
  ask(access: CmdbAccess, calls: readonly CmdbCall[]): Promise<CmdbResult[]>;
}

export interface CmdbCall {
  method: string;
  params: Readonly<Record<string, unknown>>;
}

export type CmdbResult = { ok: true; result: unknown } | { ok: false; code: number; message: string };
