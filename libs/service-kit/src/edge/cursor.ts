import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { AppError } from '@helpmesh/kernel';

export type CursorValue = string | number | boolean | null;

/**
 * Opaque, signed positions for keyset paging: the sort values of the last row of a page. Signed, so that a client can
 * neither read meaning into one nor make one up; bound to a `list` name, so that one list's cursor does not fit another.
 */
export class CursorCodec {
  /** A key object: made of bytes anew for every signature it would cost five times as much as the signature. */
  private readonly key: KeyObject;

  /** @param secret  any secret all replicas of the service share; its signing key will do */
  constructor(secret: string) {
    this.key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'helpmesh cursor', 32)));
  }

  encode(list: string, values: readonly CursorValue[]): string {
    const payload = Buffer.from(JSON.stringify(values)).toString('base64url');
    return `${payload}.${this.signature(list, payload).toString('base64url')}`;
  }

  /** @throws AppError invalid `paging.cursor-refused` */
  decode(list: string, cursor: string): CursorValue[] {
    const [payload = '', signature = ''] = cursor.split('.');
    const given = Buffer.from(signature, 'base64url');
    const expected = this.signature(list, payload);
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new AppError('invalid', 'paging.cursor-refused', "Invalid value for param 'after'.");
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as CursorValue[];
  }

  private signature(list: string, payload: string): Buffer {
    return createHmac('sha256', this.key).update(`${list}\n${payload}`).digest().subarray(0, 16);
  }
}
