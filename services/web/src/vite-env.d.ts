declare module '*?part=first' {
  import type { Messages } from '@lingui/core';
  export const messages: Messages;
}
declare module '*?part=work' {
  import type { Messages } from '@lingui/core';
  export const messages: Messages;
}
declare module '*?part=late' {
  import type { Messages } from '@lingui/core';
  export const messages: Messages;
}
