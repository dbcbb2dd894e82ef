import { action, type Language, list, note, quote, text, verbatim } from './words.ts';

const hello = text('Hello{{#name}} {{name}}{{/name}},');
const validity = '{{#validity}}The link is valid for {{validity}} and works once.{{/validity}}';
const answer = text('If you want to add something, just reply to this message.');

export const en: Language = {
  tag: 'en',
  plainLink: 'If the button does not work, open this address in your browser:',
  footer: 'This message was sent automatically by {{brand}}.',
  files: {
    heading: 'Files that are too large for this mail:',
    until: 'They can be fetched until {{date}}, without signing in.',
  },
  changes: {
    password: 'The password was changed.',
    email: 'The e-mail address was changed. Messages go to the new one from now on.',
    'authenticator-app-added': 'An authenticator app was set up as a second factor.',
    'authenticator-app-removed': 'The authenticator app was removed.',
    'passkey-added': 'A passkey was added.',
    'passkey-removed': 'A passkey was removed.',
    'recovery-codes-replaced': 'New recovery codes were made; earlier ones do not work any more.',
    'recovery-code-used': 'Somebody signed in with a recovery code.',
    'second-factors-removed': 'All second factors were removed.',
    'token-added': 'An API token was made.',
    'token-removed': 'An API token was revoked.',
    'application-granted': 'An application was allowed to act for you.',
    'application-revoked': 'What an application was allowed to do for you was taken back.',
    'provider-linked': 'An account at a sign-in provider was linked.',
    'provider-unlinked': 'An account at a sign-in provider was unlinked.',
  },
  reasons: {
    mentioned: 'You were mentioned in this ticket.',
    owner: 'You own this ticket.',
    replacement: 'You stand in for the owner of this ticket, who is away.',
    subscribed: 'You subscribed to this ticket.',
    unassigned: 'Nobody owns this ticket yet.',
    group: 'You chose to be told of all tickets of this group.',
  },
  kinds: {
    create: 'new',
    update: 'changed',
    reminder_reached: 'reminder',
    escalation: 'overdue',
    escalation_warning: 'due soon',
  },
  fields: {
    ...{ title: 'Title', group: 'Group', state: 'State', priority: 'Priority', owner: 'Owner' },
    ...{ merged_into: 'Merged into', received_merge: 'Took in', merge_undone: 'Merge undone' },
  },
  templates: {
    'notice-create': {
      subject: 'New ticket: {{title}}',
      blocks: [
        hello,
        text('{{#by}}{{by}} opened{{/by}}{{^by}}There is{{/by}} a new ticket in {{group}}:'),
        quote('{{title}}'),
        verbatim('{{said}}'),
        text('{{#encrypted}}The message is encrypted: its words are shown in the ticket alone.{{/encrypted}}'),
        action('Open the ticket'),
        note('{{reason}} What you are told of is up to you: see your profile.'),
      ],
    },
    'notice-update': {
      subject: 'Changed: {{title}}',
      blocks: [
        hello,
        quote('{{title}}'),
        text('{{changes}}'),
        text(
          '{{#said}}{{by}}{{^by}}The desk{{/by}} wrote{{#internal}} an internal note{{/internal}}:{{/said}}{{^said}}{{^encrypted}}{{#by}}{{by}} changed this ticket.{{/by}}{{^by}}This ticket was changed.{{/by}}{{/encrypted}}{{/said}}{{#encrypted}}{{by}}{{^by}}The desk{{/by}} wrote.{{/encrypted}}',
        ),
        verbatim('{{said}}'),
        text('{{#encrypted}}The message is encrypted: its words are shown in the ticket alone.{{/encrypted}}'),
        action('Open the ticket'),
        note('{{reason}} What you are told of is up to you: see your profile.'),
      ],
    },
    'notice-reminder_reached': {
      subject: 'Reminder: {{title}}',
      blocks: [
        hello,
        text('the time has come until which this ticket was to rest:'),
        quote('{{title}}'),
        action('Open the ticket'),
        note('{{reason}} What you are told of is up to you: see your profile.'),
      ],
    },
    'notice-escalation': {
      subject: 'Overdue: {{title}}',
      blocks: [
        hello,
        text('what was promised for this ticket has not been done in time:'),
        quote('{{title}}'),
        text('It was due on {{at}}.'),
        action('Open the ticket'),
        note('{{reason}} What you are told of is up to you: see your profile.'),
      ],
    },
    'notice-digest': {
      subject: 'What happened to tickets',
      blocks: [
        hello,
        text('this is what has happened to tickets:'),
        list('{{lines}}'),
        action('Open the tickets'),
        note('What you are told of, and when, is up to you: see your profile.'),
      ],
    },
    'notice-escalation_warning': {
      subject: 'Due soon: {{title}}',
      blocks: [
        hello,
        text('a promise for this ticket is about to be broken:'),
        quote('{{title}}'),
        text('It is due on {{at}}.'),
        action('Open the ticket'),
        note('{{reason}} What you are told of is up to you: see your profile.'),
      ],
    },
    'auto-reply-new-ticket': {
      subject: 'We have received your request',
      blocks: [
        text('Hello,'),
        text(
          'thank you for your message. We registered your request under the number {{number}} and will answer soon.',
        ),
        answer,
        action('See your request'),
        note('This link opens your request without signing in: it is for you alone.'),
      ],
    },
    'call-received': {
      subject: 'Your call: {{title}}',
      blocks: [
        hello,
        text('thank you for your call. We registered your request under the number {{number}}:'),
        quote('{{title}}'),
        answer,
        action('See your request'),
        note('This link opens your request without signing in: it is for you alone.'),
      ],
    },
    'call-made': {
      subject: 'Our call: {{title}}',
      blocks: [
        hello,
        text('we called you on the following matter and registered it under the number {{number}}:'),
        quote('{{title}}'),
        answer,
        action('See your request'),
        note('This link opens your request without signing in: it is for you alone.'),
      ],
    },
    'rating-request': {
      subject: 'How did it go? {{title}}',
      blocks: [
        hello,
        text('we have closed your request {{number}}:'),
        quote('{{title}}'),
        text('How did we do? It takes one choice, and a sentence if you like.'),
        action('Rate it'),
        text('If it is not solved, just reply to this message: your request is opened again.'),
        note('The link works without signing in, for 30 days: it is for you alone.'),
      ],
    },
    'sign-in-link': {
      subject: 'Sign in to {{brand}}',
      blocks: [
        hello,
        text('somebody, most likely you, wants to sign in to {{brand}} with this address.'),
        action('Sign in'),
        text(validity),
        note('If that was not you, you can ignore this message. Do not pass it on: whoever has the link is signed in.'),
      ],
    },
    'password-reset': {
      subject: 'Set a new password for {{brand}}',
      blocks: [
        hello,
        text('somebody, most likely you, asked for a new password for your account at {{brand}}.'),
        action('Set a new password'),
        text(validity),
        note('If you did not ask for this, you can ignore this message. Your password stays as it is.'),
      ],
    },
    invitation: {
      subject: 'Your invitation to {{brand}}',
      blocks: [
        hello,
        text('{{#inviter}}{{inviter}} invites you{{/inviter}}{{^inviter}}you are invited{{/inviter}} to {{brand}}.'),
        text('Choose a password and your account is ready.'),
        action('Choose a password'),
        text(validity),
        note('If you did not expect this invitation, you can ignore this message.'),
      ],
    },
    'sign-up': {
      subject: 'Your account at {{brand}}',
      blocks: [
        text('Hello,'),
        text('somebody, most likely you, wants an account at {{brand}} with this address.'),
        text('Choose a password and it is ready.'),
        action('Finish the account'),
        text(validity),
        note('If that was not you, you can ignore this message. Nothing happens without the link.'),
      ],
    },
    'sign-up-known': {
      subject: 'You have an account at {{brand}}',
      blocks: [
        text('Hello,'),
        text('somebody, most likely you, wants an account at {{brand}} with this address, which has one already.'),
        text('If you do not know the password any more, set a new one.'),
        action('Set a new password'),
        note('If that was not you, you can ignore this message. Your account stays as it is.'),
      ],
    },
    'account-changed': {
      subject: 'Your account at {{brand}} was changed',
      blocks: [
        hello,
        text('there was a change to how you sign in at {{brand}}:'),
        quote('{{change}}'),
        text('{{at}}{{#by}}, by {{by}}{{/by}}'),
        action('Look at your account'),
        note(
          'If that was not you, set a new password at once, end the sessions that you do not know, and tell an administrator of {{brand}}.',
        ),
      ],
    },
    'data-export-ready': {
      subject: 'The data you asked for at {{brand}}',
      blocks: [
        hello,
        text('the archive of personal data that you ordered at {{brand}} is ready.'),
        text('It can be fetched until {{at}}; after that it is removed.'),
        action('Fetch the archive'),
        note('Only you can fetch it, signed in. If you did not order it, tell an administrator of {{brand}}.'),
      ],
    },
    'webhook-disabled': {
      subject: 'A webhook of {{brand}} was switched off',
      blocks: [
        hello,
        text(
          'the webhook “{{webhook}}” does not get through any more, so it was switched off. What waited to be sent was given up.',
        ),
        text('{{#error}}Its last error: {{error}}{{/error}}'),
        note('Its log shows each call, and each can be sent again once the webhook is switched on.'),
      ],
    },
    redirect: {
      subject: '{{title}}',
      blocks: [
        text('{{requester}} sent the following request for {{group}} to {{brand}}.'),
        verbatim('{{body}}'),
        note(
          '{{brand}} redirects requests for {{group}} to this list and keeps number {{number}} as redirected. ' +
            'Please answer the sender: a reply to this message goes to them, not to {{brand}}.',
        ),
      ],
    },
  },
};
