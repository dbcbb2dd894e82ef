import { preferredOf } from '../accept-language.ts';

/** What the page of a linked ticket says, in one language. */
export interface PageWords {
  /** BCP 47 */
  tag: string;
  request: string;
  states: Record<'open' | 'waiting' | 'closed', string>;
  you: string;
  desk: string;
  files: string;
  answer: string;
  answerAgain: string;
  send: string;
  sendAndClose: string;
  close: string;
  sent: string;
  closedNow: string;
  /** The link stands for whoever has it. */
  keep: string;
  rating: {
    title: string;
    /** From 1 to 5. */
    scores: readonly [string, string, string, string, string];
    comment: string;
    send: string;
    change: string;
    /** Below a form that changes one. */
    once: string;
    thanks: string;
    given: string;
    choose: string;
    /** When it cannot be given or changed. */
    over: string;
  };
  nothingSaid: string;
  tooLong: string;
  noMore: string;
  gone: { title: string; text: string };
  /** Of a file that was too large for its mail. */
  fileGone: { title: string; text: string };
  later: { title: string; text: string };
  tooOften: { title: string; text: string };
}

export const languages: readonly PageWords[] = [
  {
    tag: 'en',
    request: 'Request',
    states: { open: 'In progress', waiting: 'Waiting', closed: 'Closed' },
    you: 'You',
    desk: 'Service desk',
    files: 'Files',
    answer: 'Your answer',
    answerAgain: 'Not solved? Your answer opens the request again.',
    send: 'Send',
    sendAndClose: 'This is solved',
    close: 'With the second button the request is closed, with or without words of yours.',
    sent: 'Your answer is here. Thank you.',
    closedNow: 'The request is closed. Thank you.',
    keep: 'This page opens without signing in. Whoever has its address can read and answer: do not pass it on.',
    rating: {
      title: 'How did it go?',
      scores: ['Bad', 'Not so good', 'Fair', 'Good', 'Very good'],
      comment: 'What should we know? (optional)',
      send: 'Send the rating',
      change: 'Change the rating',
      once: 'You can change it once.',
      thanks: 'Your rating is here. Thank you.',
      given: 'Your rating',
      choose: 'Choose one of the five first.',
      over: 'This request cannot be rated now: it is open again, or was closed too long ago.',
    },
    nothingSaid: 'Write something first.',
    tooLong: 'This is too long. Please shorten it, or send it as a file by e-mail.',
    noMore: 'This request takes no more answers. Please write to us anew.',
    gone: {
      title: 'This link does not open a request any more',
      text: 'The request may have been closed for a while, or the address is not complete. Reply to one of our mails instead.',
    },
    fileGone: {
      title: 'This link does not open a file any more',
      text: 'The time in which it could be fetched may be over, or the address is not complete. Reply to the mail to get the file once more.',
    },
    later: { title: 'Not now', text: 'This cannot be shown for a moment. Please try again in a minute.' },
    tooOften: { title: 'A moment, please', text: 'This was asked for too often. Please try again in a minute.' },
  },
  {
    tag: 'de',
    request: 'Anfrage',
    states: { open: 'In Bearbeitung', waiting: 'Wartet', closed: 'Geschlossen' },
    you: 'Sie',
    desk: 'Service Desk',
    files: 'Dateien',
    answer: 'Ihre Antwort',
    answerAgain: 'Nicht gelöst? Ihre Antwort öffnet die Anfrage wieder.',
    send: 'Senden',
    sendAndClose: 'Das ist gelöst',
    close: 'Die zweite Schaltfläche schließt die Anfrage, mit oder ohne Worte von Ihnen.',
    sent: 'Ihre Antwort ist angekommen. Vielen Dank.',
    closedNow: 'Die Anfrage ist geschlossen. Vielen Dank.',
    keep: 'Diese Seite öffnet sich ohne Anmeldung. Wer ihre Adresse hat, kann lesen und antworten: Geben Sie sie nicht weiter.',
    rating: {
      title: 'Wie war es?',
      scores: ['Schlecht', 'Nicht so gut', 'In Ordnung', 'Gut', 'Sehr gut'],
      comment: 'Was sollten wir wissen? (freiwillig)',
      send: 'Bewertung senden',
      change: 'Bewertung ändern',
      once: 'Sie können sie einmal ändern.',
      thanks: 'Ihre Bewertung ist angekommen. Vielen Dank.',
      given: 'Ihre Bewertung',
      choose: 'Wählen Sie zuerst eine der fünf Stufen.',
      over: 'Diese Anfrage kann gerade nicht bewertet werden: Sie ist wieder offen oder seit Längerem geschlossen.',
    },
    nothingSaid: 'Schreiben Sie zuerst etwas.',
    tooLong: 'Das ist zu lang. Bitte kürzen Sie es oder senden Sie es als Datei per E-Mail.',
    noMore: 'Diese Anfrage nimmt keine Antworten mehr an. Bitte schreiben Sie uns neu.',
    gone: {
      title: 'Dieser Link öffnet keine Anfrage mehr',
      text: 'Die Anfrage ist seit einiger Zeit geschlossen, oder die Adresse ist unvollständig. Antworten Sie einfach auf eine unserer Mails.',
    },
    fileGone: {
      title: 'Dieser Link öffnet keine Datei mehr',
      text: 'Die Frist zum Herunterladen ist wohl abgelaufen, oder die Adresse ist nicht vollständig. Antworten Sie auf die E-Mail, um die Datei noch einmal zu bekommen.',
    },
    later: {
      title: 'Gerade nicht',
      text: 'Das kann im Moment nicht gezeigt werden. Bitte versuchen Sie es gleich noch einmal.',
    },
    tooOften: {
      title: 'Einen Moment bitte',
      text: 'Das wurde zu oft aufgerufen. Bitte versuchen Sie es in einer Minute wieder.',
    },
  },
  {
    tag: 'fr',
    request: 'Demande',
    states: { open: 'En cours', waiting: 'En attente', closed: 'Fermée' },
    you: 'Vous',
    desk: 'Centre de services',
    files: 'Fichiers',
    answer: 'Votre réponse',
    answerAgain: 'Pas résolu ? Votre réponse rouvre la demande.',
    send: 'Envoyer',
    sendAndClose: 'C’est résolu',
    close: 'Le second bouton ferme la demande, avec ou sans message de votre part.',
    sent: 'Votre réponse est bien arrivée. Merci.',
    closedNow: 'La demande est fermée. Merci.',
    keep: 'Cette page s’ouvre sans connexion. Qui possède son adresse peut lire et répondre : ne la transmettez pas.',
    rating: {
      title: 'Comment cela s’est-il passé ?',
      scores: ['Mal', 'Pas très bien', 'Correctement', 'Bien', 'Très bien'],
      comment: 'Que devrions-nous savoir ? (facultatif)',
      send: 'Envoyer l’avis',
      change: 'Modifier l’avis',
      once: 'Vous pouvez le modifier une fois.',
      thanks: 'Votre avis est bien arrivé. Merci.',
      given: 'Votre avis',
      choose: 'Choisissez d’abord l’un des cinq niveaux.',
      over: 'Cette demande ne peut pas être évaluée : elle est de nouveau ouverte, ou fermée depuis trop longtemps.',
    },
    nothingSaid: 'Écrivez d’abord quelque chose.',
    tooLong: 'C’est trop long. Raccourcissez, ou envoyez-le comme fichier par e-mail.',
    noMore: 'Cette demande n’accepte plus de réponses. Veuillez nous écrire à nouveau.',
    gone: {
      title: 'Ce lien n’ouvre plus de demande',
      text: 'La demande est fermée depuis un certain temps, ou l’adresse est incomplète. Répondez plutôt à l’un de nos messages.',
    },
    fileGone: {
      title: 'Ce lien n’ouvre plus aucun fichier',
      text: 'Le délai de téléchargement est peut-être dépassé, ou l’adresse est incomplète. Répondez au message pour recevoir le fichier une nouvelle fois.',
    },
    later: { title: 'Pas maintenant', text: 'Impossible de l’afficher pour l’instant. Réessayez dans une minute.' },
    tooOften: { title: 'Un instant', text: 'Trop de tentatives. Réessayez dans une minute.' },
  },
  {
    tag: 'pl',
    request: 'Zgłoszenie',
    states: { open: 'W toku', waiting: 'Oczekuje', closed: 'Zamknięte' },
    you: 'Ty',
    desk: 'Dział obsługi',
    files: 'Pliki',
    answer: 'Odpowiedź',
    answerAgain: 'Problem nie został rozwiązany? Odpowiedź ponownie otworzy zgłoszenie.',
    send: 'Wyślij',
    sendAndClose: 'Rozwiązane',
    close: 'Drugi przycisk zamyka zgłoszenie, z odpowiedzią lub bez niej.',
    sent: 'Odpowiedź dotarła. Dziękujemy.',
    closedNow: 'Zgłoszenie jest zamknięte. Dziękujemy.',
    keep: 'Ta strona otwiera się bez logowania. Kto zna jej adres, może czytać i odpowiadać: prosimy go nie przekazywać.',
    rating: {
      title: 'Jak poszło?',
      scores: ['Źle', 'Nie najlepiej', 'Przeciętnie', 'Dobrze', 'Bardzo dobrze'],
      comment: 'Co powinniśmy wiedzieć? (nieobowiązkowo)',
      send: 'Wyślij ocenę',
      change: 'Zmień ocenę',
      once: 'Ocenę można zmienić jeden raz.',
      thanks: 'Ocena dotarła. Dziękujemy.',
      given: 'Twoja ocena',
      choose: 'Najpierw proszę wybrać jeden z pięciu stopni.',
      over: 'Tego zgłoszenia nie można teraz ocenić: jest znów otwarte albo zamknięte od dawna.',
    },
    nothingSaid: 'Najpierw proszę coś napisać.',
    tooLong: 'To za długie. Proszę skrócić albo wysłać jako plik e-mailem.',
    noMore: 'To zgłoszenie nie przyjmuje już odpowiedzi. Prosimy napisać do nas ponownie.',
    gone: {
      title: 'Ten odnośnik nie otwiera już zgłoszenia',
      text: 'Zgłoszenie jest od pewnego czasu zamknięte albo adres jest niepełny. Prosimy odpowiedzieć na jedną z naszych wiadomości.',
    },
    fileGone: {
      title: 'Ten link nie otwiera już żadnego pliku',
      text: 'Czas na pobranie mógł minąć albo adres jest niepełny. Odpowiedz na wiadomość, aby otrzymać plik jeszcze raz.',
    },
    later: { title: 'Nie teraz', text: 'Chwilowo nie można tego pokazać. Prosimy spróbować za minutę.' },
    tooOften: { title: 'Chwileczkę', text: 'Zbyt wiele prób. Prosimy spróbować za minutę.' },
  },
];

const [english] = languages as readonly [PageWords, ...PageWords[]];

/** Those of the first language of the reader (`Accept-Language`) that we speak; English otherwise. */
export function wordsFor(accepted: string | undefined): PageWords {
  const tag = preferredOf(
    accepted,
    languages.map((words) => words.tag),
  );
  return languages.find((words) => words.tag === tag) ?? english;
}
