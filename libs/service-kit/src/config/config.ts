import { readFileSync } from 'node:fs';
import { AppError } from '@helpmesh/kernel';
import { z } from 'zod';

export type ConfigSchema = z.ZodObject;
export type Environment = Readonly<Record<string, string | undefined>>;

/** A value that is never printed. */
export function secret(description: string): z.ZodString {
  return z.string().min(1).meta({ description, secret: true });
}

/** `true`, `1`, `yes`, `on` against `false`, `0`, `no`, `off`; zod's coercion would read "false" as true. */
export function flag(description: string, otherwise: boolean): z.ZodDefault<z.ZodCodec<z.ZodString, z.ZodBoolean>> {
  return z.stringbool().default(otherwise).meta({ description });
}

/**
 * Reads a service's settings, once, at its start. The result is frozen. Each may also be given as a file,
 * `NAME_FILE=/run/secrets/name`: an environment is easily printed, and URLs carry passwords too. Variables that the
 * schema does not name are left alone: the environment is shared with other services.
 *
 * @throws AppError invalid `config.invalid`: one sentence that names the variable and never quotes a secret
 */
export function loadConfig<S extends ConfigSchema>(schema: S, env: Environment = process.env): Readonly<z.output<S>> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = env[name] || fromFile(name, env[`${name}_FILE`]);
    // An empty variable is what a template leaves behind for "not set".
    if (value) given[name] = value;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  throw refusal(schema, parsed.error.issues[0], given);
}

/** The settings as a Markdown table, for the README of the service and for `config`. */
export function configTable(schema: ConfigSchema): string {
  const rows = Object.entries(schema.shape).map(([name, type]) => {
    const { description, secret: hidden, standard, optional } = facts(type);
    const value = standard !== undefined ? `\`${standard}\`` : optional ? 'not set' : '**required**';
    return `| \`${name}\` | ${value} | ${description}${hidden ? ' (secret)' : ''} |`;
  });
  return ['| variable | default | meaning |', '|---|---|---|', ...rows, ''].join('\n');
}

/** The settings in force as `NAME=value` lines; secrets print as `***`. */
export function configLines(schema: ConfigSchema, config: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(schema.shape).map(([name, type]) => {
    const value = config[name];
    if (value === undefined) return `${name}=`;
    if (facts(type).secret) return `${name}=***`;
    // A database URL is no secret as a whole, its password is.
    const text = typeof value === 'string' ? value.replace(/(:\/\/[^:/@]*):[^@/]*@/, '$1:***@') : JSON.stringify(value);
    return `${name}=${text}`;
  });
  return `${lines.join('\n')}\n`;
}

interface Facts {
  description: string;
  secret: boolean;
  optional: boolean;
  standard: string | undefined;
}

/** What the schema says about one variable; description and default may sit on any of its wrappers. */
function facts(type: unknown): Facts {
  const found: Facts = { description: '', secret: false, optional: false, standard: undefined };
  let at = type as z.ZodType | undefined;
  while (at) {
    const meta = at.meta();
    found.description ||= meta?.description ?? '';
    found.secret ||= meta?.secret === true;
    const definition = at.def as { type: string; defaultValue?: unknown; innerType?: z.ZodType; in?: z.ZodType };
    if (definition.type === 'optional') found.optional = true;
    if (definition.type === 'default') found.standard ??= written(definition.defaultValue);
    at = definition.innerType ?? definition.in;
  }
  return found;
}

function written(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function fromFile(name: string, path: string | undefined): string | undefined {
  if (!path) return undefined;
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new AppError('invalid', 'config.invalid', `${name}_FILE names ${path}, which cannot be read.`, undefined, {
      cause,
    });
  }
}

function refusal(schema: ConfigSchema, issue: z.core.$ZodIssue | undefined, given: Record<string, string>): AppError {
  const name = String(issue?.path[0] ?? 'The configuration');
  const { description } = facts(schema.shape[name]);
  const about = description ? ` It is: ${description.replace(/\.?$/, '.')}` : '';
  const what = name in given ? `${name} has a value that does not fit: ${issue?.message}.` : `${name} is not set.`;
  return new AppError('invalid', 'config.invalid', `${what}${about}`);
}
