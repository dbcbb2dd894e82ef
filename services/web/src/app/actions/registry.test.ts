import { describe, expect, it, vi } from 'vitest';
import { type Action, ActionRegistry, hasWords, longestFirst } from './registry.ts';

const anAction = (overrides: Partial<Action> = {}): Action => ({
  id: 'ticket.reply',
  label: { id: 'Reply' },
  section: 'ticket',
  run: () => {},
  ...overrides,
});

describe('action registry', () => {
  it('refuses a second action with the same id', () => {
    const registry = new ActionRegistry();
    registry.register([anAction()]);
    expect(() => registry.register([anAction()])).toThrow(/ticket\.reply/);
  });

  it('frees the ids of a group that left', () => {
    const registry = new ActionRegistry();
    registry.register([anAction()])();
    expect(() => registry.register([anAction()])).not.toThrow();
  });

  it('gives a key to the latest group and back when that group leaves', () => {
    const registry = new ActionRegistry();
    registry.register([anAction({ id: 'shell.refresh', key: 'r' })]);
    const leave = registry.register([anAction({ key: 'r' })]);
    expect(registry.forKey('r')?.id).toBe('ticket.reply');
    leave();
    expect(registry.forKey('r')?.id).toBe('shell.refresh');
  });

  it('lets a key fall through to an earlier action while the later one is not possible', () => {
    const registry = new ActionRegistry();
    registry.register([anAction({ id: 'shell.refresh', key: 'r' })]);
    registry.register([anAction({ key: 'r', can: () => false })]);
    expect(registry.forKey('r')?.id).toBe('shell.refresh');
  });

  it("gives an action the key of somebody's own choice, or none, and takes it back", () => {
    const registry = new ActionRegistry();
    registry.register([anAction({ key: 'r' }), anAction({ id: 'ticket.tag', key: 't' })]);
    registry.giveKeys({ 'ticket.reply': 'y', 'ticket.tag': '' });
    expect(registry.forKey('y')?.id).toBe('ticket.reply');
    expect([registry.forKey('r'), registry.forKey('t')]).toEqual([undefined, undefined]);
    registry.giveKeys({});
    expect(registry.forKey('r')?.id).toBe('ticket.reply');
  });

  it('runs an action by id only while it is possible', () => {
    const registry = new ActionRegistry();
    const run = vi.fn();
    let open = false;
    registry.register([anAction({ run, can: () => open })]);
    expect(registry.run('ticket.reply')).toBe(false);
    open = true;
    expect(registry.run('ticket.reply')).toBe(true);
    expect(registry.run('ticket.unknown')).toBe(false);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('keeps the snapshot stable between changes and tells listeners about each change', () => {
    const registry = new ActionRegistry();
    const heard = vi.fn();
    const stop = registry.subscribe(heard);
    const before = registry.all();
    expect(registry.all()).toBe(before);
    const leave = registry.register([anAction()]);
    expect(registry.all()).not.toBe(before);
    leave();
    stop();
    registry.register([anAction()]);
    expect(heard).toHaveBeenCalledTimes(2);
  });
});

it('hears keys of several presses before those that they end with', () => {
  expect(longestFirst(['e', 'g e', 'm', 'e', 'g m'])).toEqual(['g e', 'g m', 'e', 'm']);
});

it.each([
  ['Close the ticket', 'tick clos', true],
  ['État du ticket', 'etat', true],
  ['Zustand ändern', 'ZUSTAND', true],
  ['Close the ticket', '', true],
  ['Close the ticket', 'close reply', false],
])('finds %j by %j: %j', (name, words, found) => {
  expect(hasWords(name, words)).toBe(found);
});
