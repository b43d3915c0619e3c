// @ts-check
/** Short texts to try: two of this project's own, two in the public domain. */

/** @typedef {{title: string, language: 'en' | 'fr', text: string}} Sample */

/** @type {readonly Sample[]} */
export const SAMPLES = [
  {
    title: 'A page in good light',
    language: 'en',
    text: `A page in good light

Long before screens, a lectern held a book at the right height, under a good lamp, and someone read aloud. The others closed their eyes and listened. Nobody had to hurry.

This page does the same. Paste an article, a letter or a whole book, then press play. The sentence being read is lit, each word in its turn, and the page follows on its own. If you scroll away, it waits for you.

Nothing that you paste here leaves your computer. The voice lives in the browser, about 2.2 MB of it, and after the first visit it works on a train, in a tunnel, or 3,000 metres up a mountain.

“Is that all?” you may ask. Almost. Click any word to begin there. Use the arrow keys to step back when your thoughts have wandered; everyone’s do. And when it’s too slow, or too fast, change the speed: the voice keeps its pitch.`,
  },
  {
    title: 'Une page bien éclairée',
    language: 'fr',
    text: `Une page bien éclairée

Bien avant les écrans, un lutrin tenait le livre à bonne hauteur, sous une bonne lampe, et quelqu’un lisait à voix haute. Les autres fermaient les yeux et écoutaient. Personne n’était pressé.

Cette page fait de même. Collez un article, une lettre ou un livre entier, puis lancez la lecture. La phrase lue s’éclaire, chaque mot à son tour, et la page suit toute seule. Si vous partez ailleurs dans le texte, elle vous attend.

Rien de ce que vous collez ici ne quitte votre ordinateur. La voix vit dans le navigateur, en 2,2 Mo à peine, et après la première visite elle parle dans le train, sous un tunnel, ou à 3 000 mètres d’altitude.

« C’est tout ? » direz-vous. Presque. Cliquez sur un mot pour commencer là. Revenez en arrière avec les flèches quand l’esprit s’est échappé ; cela arrive à tout le monde. Et si c’est trop lent, ou trop rapide, changez la vitesse : la voix garde sa hauteur.`,
  },
  {
    title: 'The Wind in the Willows',
    language: 'en',
    text: `The Wind in the Willows

By Kenneth Grahame.

The Mole had been working very hard all the morning, spring-cleaning his little home. First with brooms, then with dusters; then on ladders and steps and chairs, with a brush and a pail of whitewash; till he had dust in his throat and eyes, and splashes of whitewash all over his black fur, and an aching back and weary arms. Spring was moving in the air above and in the earth below and around him, penetrating even his dark and lowly little house with its spirit of divine discontent and longing.

It was small wonder, then, that he suddenly flung down his brush on the floor, said “Bother!” and “O blow!” and also “Hang spring-cleaning!” and bolted out of the house without even waiting to put on his coat. Something up above was calling him imperiously, and he made for the steep little tunnel which answered in his case to the gravelled carriage-drive owned by animals whose residences are nearer to the sun and air.

So he scraped and scratched and scrabbled and scrooged and then he scrooged again and scrabbled and scratched and scraped, working busily with his little paws and muttering to himself, “Up we go! Up we go!” till at last, pop! his snout came out into the sunlight, and he found himself rolling in the warm grass of a great meadow.`,
  },
  {
    title: 'Vingt mille lieues sous les mers',
    language: 'fr',
    text: `Vingt mille lieues sous les mers

Par Jules Verne.

L’année 1866 fut marquée par un événement bizarre, un phénomène inexpliqué et inexplicable que personne n’a sans doute oublié. Sans parler des rumeurs qui agitaient les populations des ports et surexcitaient l’esprit public à l’intérieur des continents, les gens de mer furent particulièrement émus.

Les négociants, armateurs, capitaines de navires, skippers et masters de l’Europe et de l’Amérique, officiers des marines militaires de tous pays, et, après eux, les gouvernements des divers États des deux continents, se préoccupèrent de ce fait au plus haut point.

En effet, depuis quelque temps, plusieurs navires s’étaient rencontrés sur mer avec « une chose énorme », un objet long, fusiforme, parfois phosphorescent, infiniment plus vaste et plus rapide qu’une baleine.`,
  },
];

/**
 * The samples, those of the page's language first.
 *
 * @param {'en' | 'fr'} language
 * @returns {Sample[]}
 */
export function samplesFor(language) {
  return [...SAMPLES].sort(
    (a, b) => Number(b.language === language) - Number(a.language === language),
  );
}
