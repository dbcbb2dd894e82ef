import { AppError } from '@helpmesh/kernel';

/** Ids of the state types are their position here, from 1 (docs/glossary.md). */
export const stateTypes = ['new', 'open', 'pending reminder', 'pending action', 'closed', 'merged'] as const;
export type StateType = (typeof stateTypes)[number];

export interface TicketState {
  id: number;
  name: string;
  type: StateType;
  /** Where a pending state goes when its time is reached. */
  nextStateId: number | null;
  /** No promise to the customer runs while a ticket is in this state. */
  ignoreEscalation: boolean;
  defaultCreate: boolean;
  defaultFollowUp: boolean;
  /** Nothing leaves this state: the request lives on somewhere else. */
  terminal: boolean;
  active: boolean;
}

/** The states of this installation; administrators may add some, but the two defaults always exist. */
export class States {
  private readonly byId: Map<number, TicketState>;

  constructor(readonly all: readonly TicketState[]) {
    this.byId = new Map(all.map((state) => [state.id, state]));
  }

  get(id: number): TicketState {
    const state = this.byId.get(id);
    if (!state) throw new AppError('bug', 'internal', 'Something went wrong on our side.', `no ticket state ${id}`);
    return state;
  }

  find(key: { id?: number | undefined; name?: string | undefined }): TicketState | undefined {
    return key.id === undefined ? this.all.find((state) => state.name === key.name) : this.byId.get(key.id);
  }

  get forCreate(): TicketState {
    return this.flagged('defaultCreate');
  }

  get forFollowUp(): TicketState {
    return this.flagged('defaultFollowUp');
  }

  /** The terminal state of tickets that left for a mailing list. */
  get redirected(): TicketState {
    const state = this.all.find((candidate) => candidate.terminal);
    if (!state) throw new AppError('bug', 'internal', 'Something went wrong on our side.', 'no terminal state');
    return state;
  }

  /** The state of tickets that became part of another. */
  get merged(): TicketState {
    const state = this.all.find(({ type, active }) => type === 'merged' && active);
    if (!state) throw new AppError('conflict', 'merge.no-state', 'There is no active state for merged tickets.');
    return state;
  }

  idsOf(types: readonly StateType[]): number[] {
    return this.all.filter((state) => types.includes(state.type)).map((state) => state.id);
  }

  private flagged(flag: 'defaultCreate' | 'defaultFollowUp'): TicketState {
    const state = this.all.find((candidate) => candidate[flag]);
    if (!state) throw new AppError('bug', 'internal', 'Something went wrong on our side.', `no state is ${flag}`);
    return state;
  }
}

export function isClosed(state: TicketState): boolean {
  return state.type === 'closed' || state.type === 'merged';
}

export function isPending(state: TicketState): boolean {
  return state.type === 'pending reminder' || state.type === 'pending action';
}
