import { waitFor } from '@helpmesh/testing';
import { describe, expect, it } from 'vitest';
import { Desk, type Json } from '../desk.ts';
import { PASSWORD, type World } from './world.ts';

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** A directory gives and takes what people may do, at every door at once. */
export function provisioning(made: () => World): void {
  describe('a directory that provisions by SCIM', () => {
    it('makes an agent who reads tickets, takes that back, and shuts somebody out', async () => {
      const world = made();
      const name = world.fresh('directory');
      const mapping = { directory_group: 'Night shift', role_id: 2, group_id: world.id('North'), access: 'read' };
      const { id: directory } = await world.boss.post('/api/v1/directories', {
        name,
        domains: [`${name}.example`],
        mappings: [mapping],
      });
      const { token } = await world.boss.post(`/api/v1/directories/${directory}/tokens`, { name: 'sync' });
      const scim = async (status: number, method: string, path: string, body?: Json): Promise<Json> => {
        const response = await fetch(`${world.url}/scim/v2/${path}`, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/scim+json',
            ...(body && { 'content-type': 'application/scim+json; charset=utf-8' }),
          },
          ...(body && { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        expect(response.status, text).toBe(status);
        return text === '' ? undefined : JSON.parse(text);
      };

      // As Entra ID does: first it looks whether somebody is there.
      const email = `ada@${name}.example`;
      const filter = encodeURIComponent(`userName eq "${email}"`);
      expect(await scim(200, 'GET', `Users?filter=${filter}`)).toMatchObject({ totalResults: 0, Resources: [] });
      const user = await scim(201, 'POST', 'Users', {
        schemas: [
          'urn:ietf:params:scim:schemas:core:2.0:User',
          'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
        ],
        externalId: 'ada',
        userName: email,
        active: true,
        displayName: 'Ada Lovelace',
        emails: [{ primary: true, type: 'work', value: email }],
        meta: { resourceType: 'User' },
        name: { formatted: 'Ada Lovelace', familyName: 'Lovelace', givenName: 'Ada' },
        title: 'Countess',
      });
      await world.boss.put(`/api/v1/users/${user.id}`, { password: PASSWORD });
      const ada = new Desk(world.url, { basic: [email, PASSWORD] });
      const ticket = `/api/v1/tickets/${world.topics.own.id}`;
      const reading = async () => (await ada.call('GET', ticket)).status;
      expect(await reading()).toBe(404);

      const group = await scim(201, 'POST', 'Groups', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        externalId: 'night',
        displayName: 'Night shift',
        meta: { resourceType: 'Group' },
      });
      const change = (operation: Json) =>
        scim(200, 'PATCH', `Groups/${group.id}`, { schemas: [PATCH], Operations: [operation] });
      await change({ op: 'Add', path: 'members', value: [{ $ref: null, value: user.id }] });
      await waitFor(async () => (await reading()) === 200, { what: 'the agent to read' });
      await change({ op: 'Remove', path: `members[value eq "${user.id}"]` });
      await waitFor(async () => (await reading()) === 404, { what: 'the customer not to' });

      await scim(200, 'PATCH', `Users/${user.id}`, {
        schemas: [PATCH],
        Operations: [{ op: 'Replace', path: 'active', value: 'False' }],
      });
      await waitFor(async () => (await reading()) === 401, { what: 'nobody to get in' });
      const { entries } = await world.boss.get(`/api/v1/audit?action=user.changed-by-directory&object_id=${user.id}`);
      expect(entries[0]).toMatchObject({ changes: { active: { from: true, to: false }, directory: { to: name } } });
    });
  });
}
