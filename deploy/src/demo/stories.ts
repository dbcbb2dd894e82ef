/** One conversation: what is asked, and what each side says next, the desk first. `{x}` is filled with a thing. */
export interface Story {
  title: string;
  things: readonly string[];
  ask: string;
  turns: readonly string[];
}

export type Language = 'en' | 'de' | 'fr' | 'pl';

export const greetings: Record<Language, { hello: string; bye: string }> = {
  en: { hello: 'Hello,', bye: 'Kind regards' },
  de: { hello: 'Guten Tag,', bye: 'Mit freundlichen Grüßen' },
  fr: { hello: 'Bonjour,', bye: 'Cordialement' },
  pl: { hello: 'Dzień dobry,', bye: 'Pozdrawiam' },
};

export const stories: Record<Language, readonly Story[]> = {
  en: [
    {
      title: 'No access to the {x}',
      things: ['wave model archive', 'corpus browser', 'climate notebooks', 'upload area', 'project wiki'],
      ask: 'since this morning the {x} answers "403 forbidden" although I could use it last week. My colleague sees the same.',
      turns: [
        'Your membership ended on Friday. I have prolonged it by a year; please sign in again and tell us whether the {x} opens.',
        'It works again, thank you for the quick help!',
      ],
    },
    {
      title: 'Quota for {x}',
      things: ['the tide gauge series', 'our annotated corpus', 'ensemble runs', 'the summer school'],
      ask: 'we need about 2 TB more for {x} until the end of the quarter. Whom do I ask, and how long does it take?',
      turns: [
        'I have asked the storage provider. They can give 1.5 TB at once and the rest next week. Would that do?',
        'Yes, that is fine for us.',
        'The space for {x} is there now. The remaining 500 GB follow on Monday.',
      ],
    },
    {
      title: 'DOI for {x}',
      things: ['a data set of buoy readings', 'the parliament debates corpus', 'regional scenarios v3'],
      ask: 'a journal asks for a DOI for {x}. Can you mint one, and what do you need from us?',
      turns: ['Gladly. Please fill in the metadata form and name the licence; the DOI follows within a day.'],
    },
    {
      title: 'Job stuck in the queue: {x}',
      things: ['post-processing', 'named entity run', 'downscaling Alps', 'regridding'],
      ask: 'the job "{x}" has been pending for two days. Others submitted later have started. Is something wrong with it?',
      turns: [
        'It asked for a node type that was retired. I moved it to the new partition and it runs now.',
        'I see output coming in. Thanks!',
      ],
    },
    {
      title: 'Broken link on the {x} page',
      things: ['training', 'services', 'publications', 'contact'],
      ask: 'the second link on the {x} page leads nowhere (404). I looked for the handbook.',
      turns: ['Thank you for telling us; the page was moved. The link is corrected.'],
    },
  ],
  de: [
    {
      title: 'Anmeldung mit {x} schlägt fehl',
      things: ['dem Hochschulkonto', 'ORCID', 'dem neuen Zertifikat', 'EduGAIN'],
      ask: 'die Anmeldung mit {x} endet mit „Attribute fehlen“. Vor dem Umzug der Universität ging es noch.',
      turns: [
        'Ihre Einrichtung gibt die Adresse nicht mehr frei. Ich habe dort nachgefragt und melde mich, sobald es behoben ist.',
        'Gibt es schon etwas Neues? Wir brauchen den Zugang für die Abgabe am Freitag.',
        'Die Einrichtung hat die Freigabe ergänzt. Bitte probieren Sie es noch einmal.',
      ],
    },
    {
      title: 'Metadaten von {x} falsch',
      things: ['Messreihe Helgoland', 'Zeitungskorpus 1890', 'Szenario RCP 4.5'],
      ask: 'im Katalog steht bei {x} ein falsches Jahr. Können Sie das ändern, oder muss ich neu einreichen?',
      turns: [
        'Das lässt sich ohne neue Einreichung ändern. Ich habe es berichtigt; die Suche zeigt es in einer Stunde.',
      ],
    },
    {
      title: 'Langsame Übertragung aus {x}',
      things: ['Kiel', 'Leipzig', 'Hamburg', 'Potsdam'],
      ask: 'die Übertragung aus {x} läuft seit Montag nur mit 3 MB/s, vorher waren es 80.',
      turns: [
        'Auf der Strecke wird gerade gewartet, Ende ist für heute Abend angekündigt.',
        'Seit heute früh ist alles wieder wie gewohnt. Vielen Dank!',
      ],
    },
  ],
  fr: [
    {
      title: 'Mot de passe perdu pour {x}',
      things: ["l'espace projet", 'la plateforme de calcul', 'le dépôt de données'],
      ask: "je n'arrive plus à me connecter à {x} : le message de réinitialisation n'arrive pas, même dans les indésirables.",
      turns: [
        "L'adresse enregistrée était ancienne. Je l'ai corrigée, le message vient de repartir.",
        'Bien reçu, tout fonctionne. Merci beaucoup !',
      ],
    },
    {
      title: 'Formation sur {x}',
      things: ['les cahiers Jupyter', "l'annotation collaborative", 'les données océanographiques'],
      ask: 'notre équipe de huit personnes aimerait une formation sur {x} au printemps. Est-ce possible à distance ?',
      turns: ['Oui, nous proposons deux demi-journées en ligne. Les dates du 14 et du 21 vous conviendraient-elles ?'],
    },
    {
      title: 'Erreur lors du dépôt : {x}',
      things: ['fichier trop volumineux', 'format non reconnu', 'somme de contrôle'],
      ask: 'le dépôt échoue avec le message « {x} ». Le fichier fait 12 Go et passait encore en janvier.',
      turns: [
        'La limite a changé avec la nouvelle version. Utilisez le client en ligne de commande, il découpe le fichier.',
      ],
    },
  ],
  pl: [
    {
      title: 'Brak potwierdzenia zgłoszenia: {x}',
      things: ['dostęp do klastra', 'rejestracja zbioru', 'konto dla studenta'],
      ask: 'tydzień temu wysłałem wniosek ({x}) i nie dostałem żadnej odpowiedzi. Czy wniosek dotarł?',
      turns: [
        'Wniosek dotarł, czekał na zgodę opiekuna projektu. Przypomniałam o nim dzisiaj.',
        'Dziękuję, zgoda już jest i wszystko działa.',
      ],
    },
    {
      title: 'Błąd podczas pobierania: {x}',
      things: ['dane z boi pomiarowych', 'korpus mowy', 'prognozy sezonowe'],
      ask: 'pobieranie ({x}) przerywa się zawsze po 2 GB z komunikatem „connection reset”.',
      turns: ['To znany problem starszego klienta. Proszę zainstalować wersję 4.2, wznawia przerwane pobieranie.'],
    },
    {
      title: 'Zmiana adresu e-mail w {x}',
      things: ['profilu', 'liście mailingowej', 'systemie zgłoszeń'],
      ask: 'zmieniłam uczelnię i proszę o zmianę adresu w {x}, bo stary przestanie działać w piątek.',
      turns: ['Adres został zmieniony, potwierdzenie wysłaliśmy na nowy i na stary.'],
    },
  ],
};

/** What customers add to how satisfied they are. */
export const ratingComments: Record<Language, { good: string; bad: string }> = {
  en: { good: 'Quick and friendly, thank you.', bad: 'I had to ask twice.' },
  de: { good: 'Schnell und freundlich, danke.', bad: 'Ich musste zweimal fragen.' },
  fr: { good: 'Rapide et aimable, merci.', bad: 'J’ai dû demander deux fois.' },
  pl: { good: 'Szybko i miło, dziękuję.', bad: 'Musiałem pytać dwa razy.' },
};
