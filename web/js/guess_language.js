// @ts-check
/**
 * Which language is it? By its script, and where that is Latin by its small words, so that a
 * pasted text finds a voice of its own. What is none of the languages below, or too short or too
 * mixed to tell, is left open.
 */

import { languageOfScript } from './scripts.js';

/** Only the beginning is looked at (UTF-16 units). */
const SAMPLE = 3000;
/** So many small words of a language there must be, and this share of all words. */
const ENOUGH = 3;
const SHARE = 0.18;
/** They must weigh so much more than those of the next language. */
const MARGIN = 1.7;

/** @type {Record<string, string>} the most frequent small words of each */
const SMALL_WORDS = {
  en:
    'the and of to in that it is was for with he she you not are his her but they this have ' +
    'from at be which were as had by what there their an on my we will would all if who when ' +
    'him one or do did can could has been said your its into than then them some out so only ' +
    'how about after before because through over these those two now any such much where very ' +
    'even most while never again down up back made other us our being must should until both ' +
    'each may yet',
  fr:
    'le la les des et un une est dans que qui pour pas sur au du ce il elle vous nous je ne ' +
    'avec par plus sont cette était mais ou où aux se son sa ses de en l d qu n c s j comme ' +
    'tout si leur être été même bien sans deux ils elles on y lui fait dit mon ma très avait ' +
    'avant après aussi leurs ont a peu sous entre dont notre votre quand jamais rien encore ' +
    'alors donc ça cela celui fut serait toujours autre autres depuis pendant chez vers soit ' +
    'ainsi cet ces fois peut',
  de:
    'der die das und ist nicht ein eine zu den mit von sich des auf für im dem ich er sie es ' +
    'war wie als auch an aus bei nach wird oder aber noch nur sind hat wir ihr so wenn was kann ' +
    'einen einer einem werden haben mich mir uns über vor zum zur ja doch daß dass hatte dabei ' +
    'nie seine ihre meine dieser diese durch gegen mehr immer ohne schon jetzt hier alle alles ' +
    'man unter etwas nichts wurde würde sollte muss will da etwa zwei sein wo dann ob soll also ' +
    'denn seit bis am ab vom beim',
  es:
    'el la los las de que y en un una es no se por con para su al lo como más pero sus le o ' +
    'este sí porque esta entre cuando muy sin sobre también me hasta hay donde desde todo nos ' +
    'del era había fue él ella yo mi tu son ya ni qué a si estaba ser tiene puede pueden está ' +
    'están han ha he eso esa ese esto así antes después siempre nunca nada otro otra otros aquí ' +
    'ahora entonces mientras cada tan tanto sido hace hacer dos les aunque poco mucho todavía ' +
    'unos unas según debe',
  it:
    'il lo la gli le di che e è un una non per in con si da dei del della delle al alla sono ma ' +
    'come più anche nel nella su se ho ha io mi suo sua era questo questa cui dal dalla loro ' +
    'quando ci ne lui lei quella quello tutto degli dello i o a l c ed perché ai poi sul sulla ' +
    'può essere stato stata fu aveva hanno abbiamo dopo prima senza tra fra ogni molto così ' +
    'ancora sempre già mai qui dove chi allora cosa nei agli ecco uno sia questi due',
  pt:
    'o a os as de que e é um uma não em no na do da dos das por com para se mais como mas ao ' +
    'ele ela seu sua ou quando muito nos já eu também só pelo pela até isso foi era são tem me ' +
    'minha meu lhe está às à nem num numa havia ser você tinha fazer depois antes sempre nunca ' +
    'ainda onde então assim cada mesmo outro outra aos pelos pelas esse essa este esta estava ' +
    'foram sobre entre dois duas lá aqui nada tudo pode quem porque si',
  nl:
    'de het een en van ik te dat die in is niet zijn op aan met als voor hij was er maar om hem ' +
    'dan zou of wat mijn men dit zo door over ze zich bij ook tot je uit der daar haar naar heb ' +
    'hoe heeft hebben deze u want nog zal me zij nu geen omdat worden toch al waren had we weer ' +
    'langs werd werden alle ons onze wel kunnen gaan na tegen wordt hier waar wie jullie eens ' +
    'nooit altijd af binnen tussen dus lang jaar anders iemand niemand moeten',
  // Not asked for by themselves: so that what they have in common with those above speaks for none.
  ca:
    'el la els les de que i en un una és no es per amb al com més però seva seu li o aquest ' +
    'perquè entre quan molt sense sobre també fins hi ha on tot ens del dels era havia jo són ' +
    'a l d s n ni va van amb dins',
  ro:
    'și de la în nu a un o cu pe se din este că pentru ce mai sunt care lui au ca fi era dar ' +
    'sau al ei el ea prin după între am fost cel această acest când',
  da:
    'og i det at en den til er som på de med han af for ikke der var mig sig men et har om vi ' +
    'min havde ham hun nu over da fra du ud sin dem os op man hans hvor eller hvad skal',
  sv:
    'och i att det som en på är av för med den till han inte om ett men var jag sig de så har ' +
    'vi från eller hade hon när man ut vid kan nu där honom skulle',
};
/** Languages that are only told apart, never given. */
const OTHERS = new Set(['ca', 'ro', 'da', 'sv']);

const LANGUAGES = Object.keys(SMALL_WORDS);

/** @type {Map<string, number[]>} word -> places in LANGUAGES */
const WORDS = new Map();
for (const [place, language] of LANGUAGES.entries()) {
  for (const word of new Set(SMALL_WORDS[language].split(' '))) {
    WORDS.set(word, [...(WORDS.get(word) ?? []), place]);
  }
}

/**
 * @typedef {{language: string, sure: boolean}} Judgement
 *   language: a primary tag, '' when nothing speaks for any; sure: whether it may be acted upon
 *
 * @param {string} text
 * @returns {Judgement}
 */
export function judgeLanguage(text) {
  const script = languageOfScript(text);
  if (script) return { language: script, sure: true };
  if (script === null) return { language: '', sure: false };
  const weights = new Float64Array(LANGUAGES.length);
  const hits = new Uint32Array(LANGUAGES.length);
  let words = 0;
  for (const [word] of text.slice(0, SAMPLE).toLowerCase().matchAll(/\p{L}+/gu)) {
    words += 1;
    const places = WORDS.get(word) ?? [];
    for (const place of places) {
      weights[place] += 1 / places.length;
      hits[place] += 1;
    }
  }
  let best = 0;
  for (let place = 1; place < weights.length; place++) if (weights[place] > weights[best]) best = place;
  if (weights[best] === 0) return { language: '', sure: false };
  let second = 0;
  for (const [place, weight] of weights.entries()) if (place !== best) second = Math.max(second, weight);
  const sure =
    hits[best] >= ENOUGH && hits[best] >= SHARE * words && weights[best] >= MARGIN * second;
  const language = LANGUAGES[best];
  return OTHERS.has(language) ? { language: '', sure: false } : { language, sure };
}

/**
 * @param {string} text
 * @returns {string | null} a primary language tag; null when it is too short or too mixed to tell
 */
export function guessLanguage(text) {
  const { language, sure } = judgeLanguage(text);
  return sure ? language : null;
}
