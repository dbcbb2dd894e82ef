import { action, type Language, list, note, quote, text, verbatim } from './words.ts';

const hello = text('Guten Tag{{#name}} {{name}}{{/name}},');
const validity = '{{#validity}}Der Link gilt {{validity}} und funktioniert einmal.{{/validity}}';
const answer = text('Wenn Sie etwas ergänzen möchten, antworten Sie einfach auf diese Nachricht.');

export const de: Language = {
  tag: 'de',
  plainLink: 'Falls die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse im Browser:',
  footer: 'Diese Nachricht wurde automatisch von {{brand}} versendet.',
  files: {
    heading: 'Dateien, die für diese E-Mail zu groß sind:',
    until: 'Sie können bis {{date}} ohne Anmeldung heruntergeladen werden.',
  },
  changes: {
    password: 'Das Passwort wurde geändert.',
    email: 'Die E-Mail-Adresse wurde geändert. Nachrichten gehen ab jetzt an die neue.',
    'authenticator-app-added': 'Eine Authenticator-App wurde als zweiter Faktor eingerichtet.',
    'authenticator-app-removed': 'Die Authenticator-App wurde entfernt.',
    'passkey-added': 'Ein Passkey wurde hinzugefügt.',
    'passkey-removed': 'Ein Passkey wurde entfernt.',
    'recovery-codes-replaced': 'Es wurden neue Wiederherstellungscodes erzeugt; frühere gelten nicht mehr.',
    'recovery-code-used': 'Jemand hat sich mit einem Wiederherstellungscode angemeldet.',
    'second-factors-removed': 'Alle zweiten Faktoren wurden entfernt.',
    'token-added': 'Ein API-Token wurde erzeugt.',
    'token-removed': 'Ein API-Token wurde widerrufen.',
    'application-granted': 'Einer Anwendung wurde erlaubt, für Sie zu handeln.',
    'application-revoked': 'Was einer Anwendung für Sie erlaubt war, wurde zurückgenommen.',
    'provider-linked': 'Ein Konto bei einem Anmeldedienst wurde verknüpft.',
    'provider-unlinked': 'Die Verknüpfung mit einem Konto bei einem Anmeldedienst wurde aufgehoben.',
  },
  reasons: {
    mentioned: 'Sie wurden in diesem Ticket erwähnt.',
    owner: 'Dieses Ticket gehört Ihnen.',
    replacement: 'Sie vertreten die abwesende Person, der dieses Ticket gehört.',
    subscribed: 'Sie haben dieses Ticket abonniert.',
    unassigned: 'Dieses Ticket gehört noch niemandem.',
    group: 'Sie möchten von allen Tickets dieser Gruppe hören.',
  },
  kinds: {
    create: 'neu',
    update: 'geändert',
    reminder_reached: 'Erinnerung',
    escalation: 'überfällig',
    escalation_warning: 'bald fällig',
  },
  fields: {
    ...{ title: 'Titel', group: 'Gruppe', state: 'Status', priority: 'Priorität', owner: 'Besitzer' },
    ...{ merged_into: 'Zusammengeführt in', received_merge: 'Aufgenommen', merge_undone: 'Zusammenführung aufgehoben' },
  },
  templates: {
    'notice-create': {
      subject: 'Neues Ticket: {{title}}',
      blocks: [
        hello,
        text(
          '{{#by}}{{by}} hat ein neues Ticket in {{group}} eröffnet:{{/by}}{{^by}}In {{group}} gibt es ein neues Ticket:{{/by}}',
        ),
        quote('{{title}}'),
        verbatim('{{said}}'),
        text('{{#encrypted}}Die Nachricht ist verschlüsselt: Ihr Wortlaut steht nur im Ticket.{{/encrypted}}'),
        action('Ticket öffnen'),
        note('{{reason}} Worüber Sie benachrichtigt werden, bestimmen Sie selbst: in Ihrem Profil.'),
      ],
    },
    'notice-update': {
      subject: 'Geändert: {{title}}',
      blocks: [
        hello,
        quote('{{title}}'),
        text('{{changes}}'),
        text(
          '{{#said}}{{by}}{{^by}}Das System{{/by}} hat {{#internal}}eine interne Notiz {{/internal}}geschrieben:{{/said}}{{^said}}{{^encrypted}}{{#by}}{{by}} hat dieses Ticket geändert.{{/by}}{{^by}}Dieses Ticket wurde geändert.{{/by}}{{/encrypted}}{{/said}}{{#encrypted}}{{by}}{{^by}}Das System{{/by}} hat geschrieben.{{/encrypted}}',
        ),
        verbatim('{{said}}'),
        text('{{#encrypted}}Die Nachricht ist verschlüsselt: Ihr Wortlaut steht nur im Ticket.{{/encrypted}}'),
        action('Ticket öffnen'),
        note('{{reason}} Worüber Sie benachrichtigt werden, bestimmen Sie selbst: in Ihrem Profil.'),
      ],
    },
    'notice-reminder_reached': {
      subject: 'Erinnerung: {{title}}',
      blocks: [
        hello,
        text('die Zeit ist gekommen, bis zu der dieses Ticket ruhen sollte:'),
        quote('{{title}}'),
        action('Ticket öffnen'),
        note('{{reason}} Worüber Sie benachrichtigt werden, bestimmen Sie selbst: in Ihrem Profil.'),
      ],
    },
    'notice-escalation': {
      subject: 'Überfällig: {{title}}',
      blocks: [
        hello,
        text('was zu diesem Ticket zugesagt war, ist nicht rechtzeitig geschehen:'),
        quote('{{title}}'),
        text('Fällig war es am {{at}}.'),
        action('Ticket öffnen'),
        note('{{reason}} Worüber Sie benachrichtigt werden, bestimmen Sie selbst: in Ihrem Profil.'),
      ],
    },
    'notice-digest': {
      subject: 'Neues zu Tickets',
      blocks: [
        hello,
        text('das ist bei Tickets geschehen:'),
        list('{{lines}}'),
        action('Tickets öffnen'),
        note('Worüber und wann Sie benachrichtigt werden, bestimmen Sie selbst: in Ihrem Profil.'),
      ],
    },
    'notice-escalation_warning': {
      subject: 'Bald fällig: {{title}}',
      blocks: [
        hello,
        text('eine Zusage zu diesem Ticket ist bald nicht mehr zu halten:'),
        quote('{{title}}'),
        text('Fällig ist es am {{at}}.'),
        action('Ticket öffnen'),
        note('{{reason}} Worüber Sie benachrichtigt werden, bestimmen Sie selbst: in Ihrem Profil.'),
      ],
    },
    'auto-reply-new-ticket': {
      subject: 'Ihre Anfrage ist eingegangen',
      blocks: [
        text('Guten Tag,'),
        text(
          'vielen Dank für Ihre Nachricht. Wir haben Ihre Anfrage unter der Nummer {{number}} aufgenommen ' +
            'und melden uns bald.',
        ),
        answer,
        action('Anfrage ansehen'),
        note('Dieser Link öffnet Ihre Anfrage ohne Anmeldung: Er ist nur für Sie bestimmt.'),
      ],
    },
    'call-received': {
      subject: 'Ihr Anruf: {{title}}',
      blocks: [
        hello,
        text('vielen Dank für Ihren Anruf. Wir haben Ihre Anfrage unter der Nummer {{number}} aufgenommen:'),
        quote('{{title}}'),
        answer,
        action('Anfrage ansehen'),
        note('Dieser Link öffnet Ihre Anfrage ohne Anmeldung: Er ist nur für Sie bestimmt.'),
      ],
    },
    'call-made': {
      subject: 'Unser Anruf: {{title}}',
      blocks: [
        hello,
        text('wir haben Sie in folgender Sache angerufen und sie unter der Nummer {{number}} aufgenommen:'),
        quote('{{title}}'),
        answer,
        action('Anfrage ansehen'),
        note('Dieser Link öffnet Ihre Anfrage ohne Anmeldung: Er ist nur für Sie bestimmt.'),
      ],
    },
    'rating-request': {
      subject: 'Wie war es? {{title}}',
      blocks: [
        hello,
        text('wir haben Ihre Anfrage {{number}} geschlossen:'),
        quote('{{title}}'),
        text('Wie zufrieden sind Sie? Es genügt eine Auswahl und, wenn Sie mögen, ein Satz.'),
        action('Bewerten'),
        text('Wenn sie nicht gelöst ist, antworten Sie einfach auf diese Nachricht: Die Anfrage wird wieder geöffnet.'),
        note('Der Link funktioniert 30 Tage lang ohne Anmeldung: Er ist nur für Sie bestimmt.'),
      ],
    },
    'sign-in-link': {
      subject: 'Anmelden bei {{brand}}',
      blocks: [
        hello,
        text('jemand, vermutlich Sie selbst, möchte sich mit dieser Adresse bei {{brand}} anmelden.'),
        action('Anmelden'),
        text(validity),
        note(
          'Wenn Sie das nicht waren, können Sie diese Nachricht ignorieren. Geben Sie sie nicht weiter: Wer den Link hat, ist angemeldet.',
        ),
      ],
    },
    'password-reset': {
      subject: 'Neues Passwort für {{brand}}',
      blocks: [
        hello,
        text('jemand, vermutlich Sie selbst, hat ein neues Passwort für Ihr Konto bei {{brand}} angefordert.'),
        action('Neues Passwort setzen'),
        text(validity),
        note('Wenn Sie das nicht waren, können Sie diese Nachricht ignorieren. Ihr Passwort bleibt, wie es ist.'),
      ],
    },
    invitation: {
      subject: 'Ihre Einladung zu {{brand}}',
      blocks: [
        hello,
        text(
          '{{#inviter}}{{inviter}} lädt Sie zu {{brand}} ein.{{/inviter}}' +
            '{{^inviter}}Sie sind zu {{brand}} eingeladen.{{/inviter}}',
        ),
        text('Wählen Sie ein Passwort, dann ist Ihr Konto bereit.'),
        action('Passwort wählen'),
        text(validity),
        note('Wenn Sie diese Einladung nicht erwartet haben, können Sie diese Nachricht ignorieren.'),
      ],
    },
    'sign-up': {
      subject: 'Ihr Konto bei {{brand}}',
      blocks: [
        text('Guten Tag,'),
        text('jemand, vermutlich Sie, möchte mit dieser Adresse ein Konto bei {{brand}}.'),
        text('Wählen Sie ein Passwort, dann ist es bereit.'),
        action('Konto fertigstellen'),
        text(validity),
        note('Wenn Sie das nicht waren, können Sie diese Nachricht ignorieren. Ohne den Link geschieht nichts.'),
      ],
    },
    'sign-up-known': {
      subject: 'Sie haben ein Konto bei {{brand}}',
      blocks: [
        text('Guten Tag,'),
        text('jemand, vermutlich Sie, möchte mit dieser Adresse ein Konto bei {{brand}}. Sie hat schon eines.'),
        text('Wenn Sie das Passwort nicht mehr wissen, setzen Sie ein neues.'),
        action('Neues Passwort setzen'),
        note('Wenn Sie das nicht waren, können Sie diese Nachricht ignorieren. Ihr Konto bleibt, wie es ist.'),
      ],
    },
    'account-changed': {
      subject: 'Ihr Konto bei {{brand}} wurde geändert',
      blocks: [
        hello,
        text('an Ihrer Anmeldung bei {{brand}} hat sich etwas geändert:'),
        quote('{{change}}'),
        text('{{at}}{{#by}}, durch {{by}}{{/by}}'),
        action('Konto ansehen'),
        note(
          'Wenn Sie das nicht waren, setzen Sie sofort ein neues Passwort, beenden Sie Sitzungen, die Sie nicht kennen, und sagen Sie es der Administration von {{brand}}.',
        ),
      ],
    },
    'data-export-ready': {
      subject: 'Ihre angeforderten Daten von {{brand}}',
      blocks: [
        hello,
        text('das Archiv mit personenbezogenen Daten, das Sie bei {{brand}} angefordert haben, ist fertig.'),
        text('Es kann bis {{at}} abgeholt werden; danach wird es gelöscht.'),
        action('Archiv abholen'),
        note(
          'Nur Sie können es abholen, nach der Anmeldung. Wenn Sie es nicht angefordert haben, sagen Sie es der Administration von {{brand}}.',
        ),
      ],
    },
    'webhook-disabled': {
      subject: 'Ein Webhook von {{brand}} wurde ausgeschaltet',
      blocks: [
        hello,
        text(
          'der Webhook „{{webhook}}“ kommt nicht mehr durch und wurde deshalb ausgeschaltet. Was noch zu senden war, wurde aufgegeben.',
        ),
        text('{{#error}}Letzter Fehler: {{error}}{{/error}}'),
        note('Sein Protokoll zeigt jeden Aufruf; nach dem Einschalten kann jeder erneut gesendet werden.'),
      ],
    },
    redirect: {
      subject: '{{title}}',
      blocks: [
        text('{{requester}} hat folgende Anfrage für {{group}} an {{brand}} gesendet.'),
        verbatim('{{body}}'),
        note(
          '{{brand}} leitet Anfragen für {{group}} an diese Liste weiter und führt die Nummer {{number}} als ' +
            'weitergeleitet. Bitte antworten Sie dem Absender: Eine Antwort auf diese Nachricht geht an ihn, ' +
            'nicht an {{brand}}.',
        ),
      ],
    },
  },
};
