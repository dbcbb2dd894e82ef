import type { OpenPast } from '../../application/imports/ports.ts';
import type { Fetcher } from '../adapters/paced-fetch.ts';
import { FreshdeskPast } from './freshdesk.ts';
import { ZammadPast } from './zammad.ts';

/** The helpdesks whose past we can read. */
export function pastsBy(safe: Fetcher): OpenPast {
  return (settings, secret) =>
    settings.kind === 'zammad' ? new ZammadPast(safe, settings, secret) : new FreshdeskPast(safe, settings, secret);
}
