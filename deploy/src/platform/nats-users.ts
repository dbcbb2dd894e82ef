import { type BrokerPermissions, permissionsOf } from '@helpmesh/contracts';
import { serviceNames } from '../local/services.ts';
import { brokerPasswordVariable, OPERATOR } from './secrets.ts';

/**
 * The users of a broker, as the inside of its `authorization` block: one for each service with what the contracts let
 * it do, and one for people, who may do anything. Passwords are read from the environment of the broker.
 */
export function brokerUsers(): string {
  const users = [
    `  { user: "${OPERATOR}", password: $${brokerPasswordVariable(OPERATOR)} }`,
    ...serviceNames.map((service) => userText(service, permissionsOf(service))),
  ];
  return `users = [\n${users.join('\n')}\n]\n`;
}

function userText(service: string, { publish, subscribe }: BrokerPermissions): string {
  return [
    `  {`,
    `    user: "${service}", password: $${brokerPasswordVariable(service)}`,
    '    permissions: {',
    '      publish: {',
    `        allow: ${list(publish.allow)}`,
    `        deny: ${list(publish.deny)}`,
    '      }',
    `      subscribe: { allow: ${list(subscribe.allow)} }`,
    '    }',
    '  }',
  ].join('\n');
}

const list = (subjects: string[]): string =>
  subjects.length === 0 ? '[]' : `[\n${subjects.map((subject) => `          "${subject}"`).join('\n')}\n        ]`;
