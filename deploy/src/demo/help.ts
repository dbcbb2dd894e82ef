import type { Language } from './stories.ts';

interface DemoAnswer {
  titles: Partial<Record<Language, string>>;
  bodies: Partial<Record<Language, string>>;
}

interface DemoCategory {
  titles: Record<Language, string>;
  answers: DemoAnswer[];
}

/** What the communities of the demo are asked most often, and what they say. */
export const helpCategories: DemoCategory[] = [
  {
    titles: { en: 'Signing in', de: 'Anmelden', fr: 'Se connecter', pl: 'Logowanie' },
    answers: [
      {
        titles: {
          en: 'I cannot sign in with my institution',
          de: 'Ich kann mich mit meiner Einrichtung nicht anmelden',
          fr: 'Je ne peux pas me connecter avec mon établissement',
          pl: 'Nie mogę zalogować się przez moją instytucję',
        },
        bodies: {
          en: '<p>Choose your institution from the list by its full name. Some are listed under their parent: a faculty under its university.</p><ol><li>Open the sign-in page in a private window.</li><li>Choose the institution again.</li><li>If a page of the institution says that an attribute is missing, send us a picture of it.</li></ol><p>We pass it on to the people who run the sign-in there.</p>',
          de: '<p>Wählen Sie Ihre Einrichtung mit ihrem vollen Namen aus der Liste. Manche stehen unter der übergeordneten: eine Fakultät unter ihrer Universität.</p><ol><li>Öffnen Sie die Anmeldeseite in einem privaten Fenster.</li><li>Wählen Sie die Einrichtung noch einmal.</li><li>Sagt eine Seite der Einrichtung, dass ein Merkmal fehlt, senden Sie uns ein Bild davon.</li></ol><p>Wir geben es an die weiter, die dort die Anmeldung betreiben.</p>',
          fr: '<p>Choisissez votre établissement dans la liste par son nom complet. Certains figurent sous leur établissement de tutelle.</p><p>Si une page indique qu’un attribut manque, envoyez-nous une capture d’écran.</p>',
          pl: '<p>Wybierz z listy pełną nazwę swojej instytucji. Niektóre są wymienione pod jednostką nadrzędną.</p><p>Jeśli strona zgłasza brak atrybutu, wyślij nam zrzut ekranu.</p>',
        },
      },
      {
        titles: { en: 'A second account by mistake', de: 'Versehentlich ein zweites Konto' },
        bodies: {
          en: '<p>Write to us from the address of the account that you want to keep and name the other one. We join them; your requests stay.</p>',
          de: '<p>Schreiben Sie uns von der Adresse des Kontos, das bleiben soll, und nennen Sie das andere. Wir führen sie zusammen; Ihre Anfragen bleiben.</p>',
        },
      },
    ],
  },
  {
    titles: {
      en: 'Data and downloads',
      de: 'Daten und Downloads',
      fr: 'Données et téléchargements',
      pl: 'Dane i pobieranie',
    },
    answers: [
      {
        titles: {
          en: 'A download stops in the middle',
          de: 'Ein Download bricht ab',
          fr: 'Un téléchargement s’interrompt',
          pl: 'Pobieranie się przerywa',
        },
        bodies: {
          en: '<p>Large datasets are best fetched with a program that goes on where it stopped:</p><pre><code>curl -C - -O https://data.example/dataset.nc</code></pre><p>The page of each dataset names its checksum; compare it before you use the file.</p>',
          de: '<p>Große Datensätze holt man am besten mit einem Programm, das dort weitermacht, wo es aufgehört hat:</p><pre><code>curl -C - -O https://data.example/dataset.nc</code></pre><p>Die Seite jedes Datensatzes nennt seine Prüfsumme; vergleichen Sie sie, bevor Sie die Datei benutzen.</p>',
          fr: '<p>Pour les gros jeux de données, utilisez un programme qui reprend là où il s’est arrêté :</p><pre><code>curl -C - -O https://data.example/dataset.nc</code></pre>',
          pl: '<p>Duże zbiory danych najlepiej pobierać programem, który wznawia przerwane pobieranie:</p><pre><code>curl -C - -O https://data.example/dataset.nc</code></pre>',
        },
      },
      {
        titles: { en: 'How do I cite a dataset?', de: 'Wie zitiere ich einen Datensatz?' },
        bodies: {
          en: '<p>Use the DOI on its page. “Cite” copies the reference in the style of your field.</p>',
          de: '<p>Mit der DOI auf seiner Seite. „Zitieren“ kopiert die Angabe im Stil Ihres Fachs.</p>',
        },
      },
    ],
  },
];
