import { epochMs } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { ChatDoor } from './chat-door.ts';

function aDoor() {
  const state = { allowed: true, now: 0, asked: [] as (string | null)[] };
  const read = async (origin: string | null) => {
    state.asked.push(origin);
    return { state: 'online' as const, allowed: state.allowed, title: '', topics: [] };
  };
  return { state, door: new ChatDoor(read, { now: () => epochMs(state.now) }) };
}
const [shop, other] = ['https://shop.example', 'https://other.example'];
const foreign = { code: 'chat.foreign-page' };

describe('the door of the chat', () => {
  it('asks once in a second whether a page may show it, and anew whenever somebody looks who is there', async () => {
    const { state, door } = aDoor();
    for (let i = 0; i < 5; i++) await door.admit(shop);
    await door.admit(other);
    expect(state.asked).toEqual([shop, other]);
    await door.find(shop);
    state.now = 1_000;
    await door.admit(shop);
    await door.admit(undefined);
    expect(state.asked).toEqual([shop, other, shop, shop, null]);
  });

  it('holds no refusal, and forgets that it was open once it is not', async () => {
    const { state, door } = aDoor();
    await door.admit(shop);
    state.allowed = false;
    await expect(door.find(shop)).rejects.toMatchObject(foreign);
    await expect(door.admit(shop)).rejects.toMatchObject(foreign);
    state.allowed = true;
    await door.admit(shop);
    await expect(door.admit(`https://${'a'.repeat(300)}.example`)).rejects.toMatchObject(foreign);
    expect(state.asked).toHaveLength(4);
  });
});
