import { action, type Language, list, note, quote, text, verbatim } from './words.ts';

const hello = text('Dzień dobry{{#name}}, {{name}}{{/name}},');
const validity = '{{#validity}}Link działa jeden raz; okres ważności: {{validity}}.{{/validity}}';
const answer = text('Aby coś dodać, wystarczy odpowiedzieć na tę wiadomość.');

export const pl: Language = {
  tag: 'pl',
  plainLink: 'Jeśli przycisk nie działa, proszę otworzyć ten adres w przeglądarce:',
  footer: 'Tę wiadomość wysłał automatycznie system {{brand}}.',
  files: {
    heading: 'Pliki zbyt duże, aby dołączyć je do tej wiadomości:',
    until: 'Można je pobrać do {{date}} bez logowania.',
  },
  changes: {
    password: 'Hasło zostało zmienione.',
    email: 'Adres e-mail został zmieniony. Wiadomości trafiają od teraz na nowy adres.',
    'authenticator-app-added': 'Aplikacja uwierzytelniająca została ustawiona jako drugi składnik.',
    'authenticator-app-removed': 'Aplikacja uwierzytelniająca została usunięta.',
    'passkey-added': 'Dodano klucz dostępu.',
    'passkey-removed': 'Usunięto klucz dostępu.',
    'recovery-codes-replaced': 'Utworzono nowe kody odzyskiwania; wcześniejsze już nie działają.',
    'recovery-code-used': 'Ktoś zalogował się kodem odzyskiwania.',
    'second-factors-removed': 'Usunięto wszystkie drugie składniki.',
    'token-added': 'Utworzono token API.',
    'token-removed': 'Unieważniono token API.',
    'application-granted': 'Zezwolono aplikacji na działanie w Państwa imieniu.',
    'application-revoked': 'Cofnięto zezwolenie aplikacji na działanie w Państwa imieniu.',
    'provider-linked': 'Połączono konto u dostawcy logowania.',
    'provider-unlinked': 'Odłączono konto u dostawcy logowania.',
  },
  reasons: {
    mentioned: 'Wspomniano o Tobie w tym zgłoszeniu.',
    owner: 'To zgłoszenie należy do Ciebie.',
    replacement: 'Zastępujesz nieobecną osobę, do której należy to zgłoszenie.',
    subscribed: 'Obserwujesz to zgłoszenie.',
    unassigned: 'To zgłoszenie nie należy jeszcze do nikogo.',
    group: 'Wybrano powiadomienia o wszystkich zgłoszeniach tej grupy.',
  },
  kinds: {
    create: 'nowe',
    update: 'zmienione',
    reminder_reached: 'przypomnienie',
    escalation: 'po terminie',
    escalation_warning: 'wkrótce termin',
  },
  fields: {
    ...{ title: 'Tytuł', group: 'Grupa', state: 'Stan', priority: 'Priorytet', owner: 'Właściciel' },
    ...{ merged_into: 'Połączone z', received_merge: 'Przyjęto', merge_undone: 'Cofnięto połączenie' },
  },
  templates: {
    'notice-create': {
      subject: 'Nowe zgłoszenie: {{title}}',
      blocks: [
        hello,
        text('Nowe zgłoszenie w {{group}}{{#by}} od {{by}}{{/by}}:'),
        quote('{{title}}'),
        verbatim('{{said}}'),
        text('{{#encrypted}}Wiadomość jest zaszyfrowana: jej treść jest widoczna tylko w zgłoszeniu.{{/encrypted}}'),
        action('Otwórz zgłoszenie'),
        note('{{reason}} O czym Cię powiadamiamy, wybierasz w swoim profilu.'),
      ],
    },
    'notice-update': {
      subject: 'Zmiana: {{title}}',
      blocks: [
        hello,
        quote('{{title}}'),
        text('{{changes}}'),
        text(
          '{{#said}}{{#internal}}Notatka wewnętrzna{{/internal}}{{^internal}}Wiadomość{{/internal}}{{#by}} od {{by}}{{/by}}:{{/said}}{{^said}}{{^encrypted}}To zgłoszenie zostało zmienione{{#by}} przez {{by}}{{/by}}.{{/encrypted}}{{/said}}{{#encrypted}}Wiadomość{{#by}} od {{by}}{{/by}}.{{/encrypted}}',
        ),
        verbatim('{{said}}'),
        text('{{#encrypted}}Wiadomość jest zaszyfrowana: jej treść jest widoczna tylko w zgłoszeniu.{{/encrypted}}'),
        action('Otwórz zgłoszenie'),
        note('{{reason}} O czym Cię powiadamiamy, wybierasz w swoim profilu.'),
      ],
    },
    'notice-reminder_reached': {
      subject: 'Przypomnienie: {{title}}',
      blocks: [
        hello,
        text('nadszedł czas, do którego to zgłoszenie miało czekać:'),
        quote('{{title}}'),
        action('Otwórz zgłoszenie'),
        note('{{reason}} O czym Cię powiadamiamy, wybierasz w swoim profilu.'),
      ],
    },
    'notice-escalation': {
      subject: 'Po terminie: {{title}}',
      blocks: [
        hello,
        text('tego, co obiecano w tym zgłoszeniu, nie zrobiono na czas:'),
        quote('{{title}}'),
        text('Termin minął {{at}}.'),
        action('Otwórz zgłoszenie'),
        note('{{reason}} O czym Cię powiadamiamy, wybierasz w swoim profilu.'),
      ],
    },
    'notice-digest': {
      subject: 'Nowości w zgłoszeniach',
      blocks: [
        hello,
        text('oto co wydarzyło się w zgłoszeniach:'),
        list('{{lines}}'),
        action('Otwórz zgłoszenia'),
        note('O czym i kiedy powiadamiamy, wybiera się w profilu.'),
      ],
    },
    'notice-escalation_warning': {
      subject: 'Wkrótce termin: {{title}}',
      blocks: [
        hello,
        text('zbliża się termin obietnicy dotyczącej tego zgłoszenia:'),
        quote('{{title}}'),
        text('Termin: {{at}}.'),
        action('Otwórz zgłoszenie'),
        note('{{reason}} O czym Cię powiadamiamy, wybierasz w swoim profilu.'),
      ],
    },
    'auto-reply-new-ticket': {
      subject: 'Otrzymaliśmy Państwa zgłoszenie',
      blocks: [
        text('Dzień dobry,'),
        text('dziękujemy za wiadomość. Zgłoszenie otrzymało numer {{number}}. Wkrótce odpowiemy.'),
        answer,
        action('Zobacz zgłoszenie'),
        note('Ten odnośnik otwiera zgłoszenie bez logowania: jest przeznaczony tylko dla Państwa.'),
      ],
    },
    'call-received': {
      subject: 'Rozmowa telefoniczna: {{title}}',
      blocks: [
        hello,
        text('dziękujemy za telefon. Zgłoszenie otrzymało numer {{number}}:'),
        quote('{{title}}'),
        answer,
        action('Zobacz zgłoszenie'),
        note('Ten odnośnik otwiera zgłoszenie bez logowania: jest przeznaczony tylko dla Państwa.'),
      ],
    },
    'call-made': {
      subject: 'Nasz telefon: {{title}}',
      blocks: [
        hello,
        text('telefonowaliśmy do Państwa w sprawie, którą zapisaliśmy pod numerem {{number}}:'),
        quote('{{title}}'),
        answer,
        action('Zobacz zgłoszenie'),
        note('Ten odnośnik otwiera zgłoszenie bez logowania: jest przeznaczony tylko dla Państwa.'),
      ],
    },
    'rating-request': {
      subject: 'Jak poszło? {{title}}',
      blocks: [
        hello,
        text('zamknęliśmy zgłoszenie {{number}}:'),
        quote('{{title}}'),
        text('Jak nam poszło? Wystarczy jeden wybór i, jeśli ktoś chce, jedno zdanie.'),
        action('Oceń'),
        text(
          'Jeśli problem nie został rozwiązany, wystarczy odpowiedzieć na tę wiadomość: zgłoszenie zostanie ponownie otwarte.',
        ),
        note('Odnośnik działa bez logowania przez 30 dni: jest przeznaczony tylko dla Państwa.'),
      ],
    },
    'sign-in-link': {
      subject: 'Logowanie do {{brand}}',
      blocks: [
        hello,
        text('ktoś, najprawdopodobniej Państwo, chce się zalogować do {{brand}} przy użyciu tego adresu.'),
        action('Zaloguj się'),
        text(validity),
        note(
          'Jeśli to pomyłka, można zignorować tę wiadomość. Prosimy jej nie przekazywać: kto ma odnośnik, jest zalogowany.',
        ),
      ],
    },
    'password-reset': {
      subject: 'Nowe hasło do {{brand}}',
      blocks: [
        hello,
        text('ktoś, najprawdopodobniej Państwo, poprosił o nowe hasło do konta w {{brand}}.'),
        action('Ustaw nowe hasło'),
        text(validity),
        note('Jeśli to pomyłka, można zignorować tę wiadomość. Hasło pozostanie bez zmian.'),
      ],
    },
    invitation: {
      subject: 'Zaproszenie do {{brand}}',
      blocks: [
        hello,
        text(
          '{{#inviter}}{{inviter}} zaprasza Państwa do {{brand}}.{{/inviter}}' +
            '{{^inviter}}zapraszamy do {{brand}}.{{/inviter}}',
        ),
        text('Wystarczy wybrać hasło, a konto będzie gotowe.'),
        action('Ustaw hasło'),
        text(validity),
        note('Jeśli to zaproszenie jest pomyłką, można zignorować tę wiadomość.'),
      ],
    },
    'sign-up': {
      subject: 'Konto w {{brand}}',
      blocks: [
        text('Dzień dobry,'),
        text('ktoś, zapewne Państwo, chce założyć konto w {{brand}} z tym adresem.'),
        text('Wystarczy wybrać hasło, a konto będzie gotowe.'),
        action('Dokończ zakładanie konta'),
        text(validity),
        note('Jeśli to pomyłka, można zignorować tę wiadomość. Bez odnośnika nic się nie stanie.'),
      ],
    },
    'sign-up-known': {
      subject: 'Konto w {{brand}} już istnieje',
      blocks: [
        text('Dzień dobry,'),
        text('ktoś, zapewne Państwo, chce założyć konto w {{brand}} z tym adresem, a takie konto już istnieje.'),
        text('Jeśli hasło zostało zapomniane, można ustawić nowe.'),
        action('Ustaw nowe hasło'),
        note('Jeśli to pomyłka, można zignorować tę wiadomość. Konto pozostanie bez zmian.'),
      ],
    },
    'account-changed': {
      subject: 'Zmiana na koncie w {{brand}}',
      blocks: [
        hello,
        text('zmienił się sposób logowania do {{brand}}:'),
        quote('{{change}}'),
        text('{{at}}{{#by}}, przez {{by}}{{/by}}'),
        action('Zobacz konto'),
        note(
          'Jeśli to pomyłka lub obca osoba, należy od razu ustawić nowe hasło, zakończyć nieznane sesje i powiadomić administrację {{brand}}.',
        ),
      ],
    },
    'data-export-ready': {
      subject: 'Zamówione dane z {{brand}}',
      blocks: [
        hello,
        text('archiwum danych osobowych zamówione w {{brand}} jest gotowe.'),
        text('Można je pobrać do {{at}}; potem zostanie usunięte.'),
        action('Pobierz archiwum'),
        note(
          'Tylko Państwo mogą je pobrać, po zalogowaniu. Jeśli to nie Państwo je zamówili, proszę powiadomić administratora {{brand}}.',
        ),
      ],
    },
    'webhook-disabled': {
      subject: 'Webhook w {{brand}} został wyłączony',
      blocks: [
        hello,
        text(
          'webhook „{{webhook}}” nie dochodzi już do odbiorcy, więc został wyłączony. Oczekujące wywołania porzucono.',
        ),
        text('{{#error}}Ostatni błąd: {{error}}{{/error}}'),
        note('Jego dziennik pokazuje każde wywołanie; po włączeniu webhooka każde można wysłać ponownie.'),
      ],
    },
    redirect: {
      subject: '{{title}}',
      blocks: [
        text('{{requester}} przesyła przez {{brand}} następujące zgłoszenie dla grupy {{group}}.'),
        verbatim('{{body}}'),
        note(
          '{{brand}} przekazuje zgłoszenia dla grupy {{group}} na tę listę, a zgłoszenie {{number}} ma odtąd stan ' +
            'przekazane. Prosimy odpowiadać nadawcy: odpowiedź na tę wiadomość trafi do niego, a nie do {{brand}}.',
        ),
      ],
    },
  },
};
