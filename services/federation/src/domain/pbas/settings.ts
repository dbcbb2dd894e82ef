import type { PbasSettings as Shown } from '@helpmesh/contracts';

/** What holds until somebody chooses otherwise; the names of the header are the ones panels are known to use. */
export const untouchedPbas: Omit<Shown, 'secret_set' | 'previous_secret_until'> = {
  active: false,
  scheme: 'hmac-sha256',
  header_names: ['X-HSPC-Security', 'X-Security', 'Security'],
  timestamp_header: '',
  replay_window_seconds: 30,
  allowed_networks: [],
  bind_address: true,
  count_unchanged: false,
  greeting: '',
};
export type PbasChoices = typeof untouchedPbas;
