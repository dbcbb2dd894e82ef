import { request } from '../../app/api.ts';

/** Pages that few open name their routes themselves: the table of all others is part of what every agent loads first. */
export const ask = <T>(method: string, path: string, body?: unknown, signal?: AbortSignal) =>
  request(method, `/api/v1/${path}`, body, signal) as Promise<T>;

/** Reading and writing the rows of a list. */
export const rowsAt = <Row, Body>(path: string) => ({
  get: (id: number) => ask<Row>('GET', `${path}/${id}`),
  create: (body: Body) => ask<Row>('POST', path, body),
  update: (id: number, body: Partial<Body>) => ask<Row>('PUT', `${path}/${id}`, body),
  remove: (id: number) => ask<unknown>('DELETE', `${path}/${id}`),
});
