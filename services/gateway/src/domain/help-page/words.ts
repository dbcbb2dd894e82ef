import type { HelpLocale } from '@helpmesh/contracts';

/** What the pages of the help say around the answers, in one language. */
export interface HelpWords {
  /** BCP 47 */
  tag: HelpLocale;
  /** The language's own name. */
  name: string;
  help: string;
  search: string;
  searchFor: string;
  results: (count: number) => string;
  nothingFound: string;
  topics: string;
  popular: string;
  answers: (count: number) => string;
  empty: string;
  languages: string;
  updated: string;
  files: string;
  way: string;
  helpful: string;
  yes: string;
  no: string;
  comment: string;
  thanks: string;
  request: string;
  mine: string;
  requestTitle: string;
  yourName: string;
  email: string;
  subject: string;
  text: string;
  group: string;
  consent: string;
  leaveEmpty: string;
  goOn: string;
  oneOfThese: string;
  read: string;
  solved: string;
  sendAnyway: string;
  change: string;
  sentTitle: string;
  sent: string;
  number: string;
  back: string;
  wrong: {
    summary: string;
    name: string;
    email: string;
    subject: string;
    text: string;
    consent: string;
    tooFast: string;
    tooOld: string;
    refused: string;
  };
  gone: { title: string; text: string };
  later: { title: string; text: string };
  tooOften: { title: string; text: string };
}

/** Which of the words goes with a number: `one`, `few`, `many`, `other`. */
function counted(tag: string, words: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }) {
  const rules = new Intl.PluralRules(tag);
  const numbers = new Intl.NumberFormat(tag);
  return (count: number) => `${numbers.format(count)} ${words[rules.select(count)] ?? words.other}`;
}

export const helpWords: Record<HelpLocale, HelpWords> = {
  en: {
    tag: 'en',
    name: 'English',
    help: 'Help',
    search: 'Search',
    searchFor: 'Search the help',
    results: counted('en', { one: 'answer found', other: 'answers found' }),
    nothingFound: 'No answer has these words. Try others, or fewer.',
    topics: 'Topics',
    popular: 'Read often',
    answers: counted('en', { one: 'answer', other: 'answers' }),
    empty: 'There are no answers here yet.',
    languages: 'Other languages',
    updated: 'Last changed on',
    files: 'Files',
    way: 'You are here',
    helpful: 'Did this help?',
    yes: 'Yes',
    no: 'No',
    comment: 'What is missing? (not required)',
    thanks: 'Thank you. Your word helps us to make this better.',
    request: 'Ask us',
    mine: 'My requests',
    requestTitle: 'Send a request',
    yourName: 'Your name',
    email: 'Your e-mail address',
    subject: 'Subject',
    text: 'What is it about?',
    group: 'Who is it for?',
    consent: 'I agree that these data are kept to answer my request.',
    leaveEmpty: 'Leave this empty',
    goOn: 'Continue',
    oneOfThese: 'Does one of these answer it?',
    read: 'Read',
    solved: 'This answers it',
    sendAnyway: 'None of these: send my request',
    change: 'Change my request',
    sentTitle: 'Your request is here',
    sent: 'We have sent you a confirmation by e-mail. With the link in it you see our answers and can reply, without an account.',
    number: 'Its number',
    back: 'Back to the help',
    wrong: {
      summary: 'Something is missing or not right:',
      name: 'Please tell us your name.',
      email: 'Please give an e-mail address at which we can answer, such as ann@example.org.',
      subject: 'Please say in a few words what it is about.',
      text: 'Please write what we can help with, in at most 20,000 characters.',
      consent: 'We need your consent to keep your request.',
      tooFast: 'That was very quick. Please send it once more.',
      tooOld: 'This form has been open for very long. Please send it once more.',
      refused: 'A request cannot be taken from this address. Please use another one.',
    },
    gone: { title: 'There is no such page', text: 'It may have been moved or taken away. The search may find it.' },
    later: { title: 'Not now', text: 'This cannot be shown for a moment. Please try again in a minute.' },
    tooOften: { title: 'A moment, please', text: 'This was asked for too often. Please try again later.' },
  },
  de: {
    tag: 'de',
    name: 'Deutsch',
    help: 'Hilfe',
    search: 'Suchen',
    searchFor: 'In der Hilfe suchen',
    results: counted('de', { one: 'Antwort gefunden', other: 'Antworten gefunden' }),
    nothingFound: 'Keine Antwort enthält diese Wörter. Versuchen Sie es mit anderen oder weniger.',
    topics: 'Themen',
    popular: 'Oft gelesen',
    answers: counted('de', { one: 'Antwort', other: 'Antworten' }),
    empty: 'Hier gibt es noch keine Antworten.',
    languages: 'Andere Sprachen',
    updated: 'Zuletzt geändert am',
    files: 'Dateien',
    way: 'Sie sind hier',
    helpful: 'War das hilfreich?',
    yes: 'Ja',
    no: 'Nein',
    comment: 'Was fehlt? (freiwillig)',
    thanks: 'Vielen Dank. Ihre Rückmeldung hilft uns, das hier zu verbessern.',
    request: 'Fragen Sie uns',
    mine: 'Meine Anfragen',
    requestTitle: 'Anfrage senden',
    yourName: 'Ihr Name',
    email: 'Ihre E-Mail-Adresse',
    subject: 'Betreff',
    text: 'Worum geht es?',
    group: 'An wen richtet es sich?',
    consent: 'Ich bin einverstanden, dass diese Angaben gespeichert werden, um meine Anfrage zu beantworten.',
    leaveEmpty: 'Bitte leer lassen',
    goOn: 'Weiter',
    oneOfThese: 'Beantwortet das eine dieser Antworten?',
    read: 'Lesen',
    solved: 'Das beantwortet es',
    sendAnyway: 'Keine davon: Anfrage senden',
    change: 'Anfrage ändern',
    sentTitle: 'Ihre Anfrage ist angekommen',
    sent: 'Wir haben Ihnen eine Bestätigung per E-Mail gesendet. Über den Link darin sehen Sie unsere Antworten und können antworten, ohne Konto.',
    number: 'Ihre Nummer',
    back: 'Zurück zur Hilfe',
    wrong: {
      summary: 'Etwas fehlt oder stimmt nicht:',
      name: 'Bitte nennen Sie Ihren Namen.',
      email: 'Bitte geben Sie eine E-Mail-Adresse an, unter der wir antworten können, etwa anna@example.org.',
      subject: 'Bitte sagen Sie in wenigen Worten, worum es geht.',
      text: 'Bitte schreiben Sie, wobei wir helfen können, mit höchstens 20.000 Zeichen.',
      consent: 'Wir brauchen Ihr Einverständnis, um die Anfrage aufzubewahren.',
      tooFast: 'Das ging sehr schnell. Bitte senden Sie es noch einmal.',
      tooOld: 'Dieses Formular war sehr lange offen. Bitte senden Sie es noch einmal.',
      refused: 'Von dieser Adresse kann keine Anfrage angenommen werden. Bitte verwenden Sie eine andere.',
    },
    gone: {
      title: 'Diese Seite gibt es nicht',
      text: 'Vielleicht wurde sie verschoben oder entfernt. Die Suche findet sie vielleicht.',
    },
    later: {
      title: 'Gerade nicht',
      text: 'Das kann im Moment nicht gezeigt werden. Bitte versuchen Sie es gleich noch einmal.',
    },
    tooOften: {
      title: 'Einen Moment bitte',
      text: 'Das wurde zu oft aufgerufen. Bitte versuchen Sie es später wieder.',
    },
  },
  fr: {
    tag: 'fr',
    name: 'Français',
    help: 'Aide',
    search: 'Rechercher',
    searchFor: 'Rechercher dans l’aide',
    results: counted('fr', { one: 'réponse trouvée', other: 'réponses trouvées' }),
    nothingFound: 'Aucune réponse ne contient ces mots. Essayez-en d’autres, ou moins.',
    topics: 'Thèmes',
    popular: 'Souvent lus',
    answers: counted('fr', { one: 'réponse', other: 'réponses' }),
    empty: 'Il n’y a pas encore de réponses ici.',
    languages: 'Autres langues',
    updated: 'Dernière modification le',
    files: 'Fichiers',
    way: 'Vous êtes ici',
    helpful: 'Cela vous a-t-il aidé ?',
    yes: 'Oui',
    no: 'Non',
    comment: 'Que manque-t-il ? (facultatif)',
    thanks: 'Merci. Votre avis nous aide à améliorer cette page.',
    request: 'Nous écrire',
    mine: 'Mes demandes',
    requestTitle: 'Envoyer une demande',
    yourName: 'Votre nom',
    email: 'Votre adresse e-mail',
    subject: 'Objet',
    text: 'De quoi s’agit-il ?',
    group: 'À qui s’adresse-t-elle ?',
    consent: 'J’accepte que ces données soient conservées pour répondre à ma demande.',
    leaveEmpty: 'Laissez ce champ vide',
    goOn: 'Continuer',
    oneOfThese: 'L’une de ces réponses convient-elle ?',
    read: 'Lire',
    solved: 'Cela répond à ma question',
    sendAnyway: 'Aucune : envoyer ma demande',
    change: 'Modifier ma demande',
    sentTitle: 'Votre demande est bien arrivée',
    sent: 'Nous vous avons envoyé une confirmation par e-mail. Grâce au lien qu’elle contient, vous verrez nos réponses et pourrez répondre, sans compte.',
    number: 'Son numéro',
    back: 'Retour à l’aide',
    wrong: {
      summary: 'Il manque quelque chose, ou quelque chose ne va pas :',
      name: 'Indiquez votre nom.',
      email: 'Indiquez une adresse e-mail à laquelle nous pouvons répondre, par exemple anne@example.org.',
      subject: 'Dites en quelques mots de quoi il s’agit.',
      text: 'Écrivez ce que nous pouvons faire pour vous, en 20 000 caractères au plus.',
      consent: 'Nous avons besoin de votre accord pour conserver votre demande.',
      tooFast: 'C’était très rapide. Envoyez-la encore une fois.',
      tooOld: 'Ce formulaire est resté ouvert très longtemps. Envoyez-le encore une fois.',
      refused: 'Aucune demande ne peut être acceptée de cette adresse. Utilisez-en une autre.',
    },
    gone: {
      title: 'Cette page n’existe pas',
      text: 'Elle a peut-être été déplacée ou retirée. La recherche la trouvera peut-être.',
    },
    later: { title: 'Pas maintenant', text: 'Impossible de l’afficher pour l’instant. Réessayez dans une minute.' },
    tooOften: { title: 'Un instant', text: 'Trop de tentatives. Réessayez plus tard.' },
  },
  pl: {
    tag: 'pl',
    name: 'Polski',
    help: 'Pomoc',
    search: 'Szukaj',
    searchFor: 'Szukaj w pomocy',
    results: counted('pl', {
      one: 'znaleziona odpowiedź',
      few: 'znalezione odpowiedzi',
      many: 'znalezionych odpowiedzi',
      other: 'znalezionych odpowiedzi',
    }),
    nothingFound: 'Żadna odpowiedź nie zawiera tych słów. Prosimy spróbować innych albo mniej.',
    topics: 'Tematy',
    popular: 'Często czytane',
    answers: counted('pl', { one: 'odpowiedź', few: 'odpowiedzi', many: 'odpowiedzi', other: 'odpowiedzi' }),
    empty: 'Nie ma tu jeszcze odpowiedzi.',
    languages: 'Inne języki',
    updated: 'Ostatnia zmiana',
    files: 'Pliki',
    way: 'Jesteś tutaj',
    helpful: 'Czy to pomogło?',
    yes: 'Tak',
    no: 'Nie',
    comment: 'Czego brakuje? (nieobowiązkowe)',
    thanks: 'Dziękujemy. Ta opinia pomoże nam to poprawić.',
    request: 'Napisz do nas',
    mine: 'Moje zgłoszenia',
    requestTitle: 'Wyślij zgłoszenie',
    yourName: 'Imię i nazwisko',
    email: 'Adres e-mail',
    subject: 'Temat',
    text: 'Czego dotyczy zgłoszenie?',
    group: 'Do kogo jest skierowane?',
    consent: 'Zgadzam się na przechowywanie tych danych w celu odpowiedzi na zgłoszenie.',
    leaveEmpty: 'Prosimy zostawić puste',
    goOn: 'Dalej',
    oneOfThese: 'Czy któraś z tych odpowiedzi wystarczy?',
    read: 'Czytaj',
    solved: 'To wystarczy',
    sendAnyway: 'Żadna: wyślij zgłoszenie',
    change: 'Zmień zgłoszenie',
    sentTitle: 'Zgłoszenie dotarło',
    sent: 'Wysłaliśmy potwierdzenie e-mailem. Odnośnik w nim pokazuje nasze odpowiedzi i pozwala odpisać, bez konta.',
    number: 'Numer zgłoszenia',
    back: 'Powrót do pomocy',
    wrong: {
      summary: 'Czegoś brakuje albo coś się nie zgadza:',
      name: 'Prosimy podać imię i nazwisko.',
      email: 'Prosimy podać adres e-mail, na który możemy odpowiedzieć, na przykład anna@example.org.',
      subject: 'Prosimy w kilku słowach napisać, czego dotyczy zgłoszenie.',
      text: 'Prosimy napisać, w czym możemy pomóc, najwyżej 20 000 znaków.',
      consent: 'Potrzebujemy zgody na przechowywanie zgłoszenia.',
      tooFast: 'To było bardzo szybko. Prosimy wysłać jeszcze raz.',
      tooOld: 'Ten formularz był otwarty bardzo długo. Prosimy wysłać jeszcze raz.',
      refused: 'Z tego adresu nie można przyjąć zgłoszenia. Prosimy użyć innego.',
    },
    gone: {
      title: 'Nie ma takiej strony',
      text: 'Mogła zostać przeniesiona albo usunięta. Może znajdzie ją wyszukiwarka.',
    },
    later: { title: 'Nie teraz', text: 'Chwilowo nie można tego pokazać. Prosimy spróbować za minutę.' },
    tooOften: { title: 'Chwileczkę', text: 'Zbyt wiele prób. Prosimy spróbować później.' },
  },
};
