// @ts-check
/** A short sentence for a voice to be heard with, in its own language. */

/** @type {Record<string, string>} by primary language tag */
const SENTENCES = {
  ar: 'مرحبًا، هكذا يبدو صوتي.',
  bg: 'Здравейте, така звучи моят глас.',
  ca: 'Hola, així sona la meva veu.',
  cs: 'Dobrý den, takhle zní můj hlas.',
  cy: 'Helô, dyma sut mae fy llais yn swnio.',
  da: 'Hej, sådan lyder min stemme.',
  de: 'Hallo, so klingt meine Stimme.',
  el: 'Γεια σας, έτσι ακούγεται η φωνή μου.',
  en: 'Hello, this is how my voice sounds.',
  es: 'Hola, así suena mi voz.',
  fa: 'سلام، صدای من این‌گونه است.',
  fi: 'Hei, tältä ääneni kuulostaa.',
  fr: 'Bonjour, voici comment sonne ma voix.',
  hi: 'नमस्ते, मेरी आवाज़ ऐसी है।',
  hu: 'Jó napot, így szól a hangom.',
  is: 'Halló, svona hljómar röddin mín.',
  it: 'Ciao, così suona la mia voce.',
  ka: 'გამარჯობა, ასე ჟღერს ჩემი ხმა.',
  kk: 'Сәлем, менің даусым осылай естіледі.',
  lb: 'Moien, esou kléngt meng Stëmm.',
  lv: 'Sveiki, tā skan mana balss.',
  ml: 'നമസ്കാരം, എന്റെ ശബ്ദം ഇങ്ങനെയാണ്.',
  ne: 'नमस्ते, मेरो आवाज यस्तो छ।',
  nl: 'Hallo, zo klinkt mijn stem.',
  no: 'Hei, slik høres stemmen min ut.',
  pl: 'Dzień dobry, tak brzmi mój głos.',
  pt: 'Olá, é assim que soa a minha voz.',
  ro: 'Bună ziua, așa sună vocea mea.',
  ru: 'Здравствуйте, так звучит мой голос.',
  sk: 'Dobrý deň, takto znie môj hlas.',
  sl: 'Pozdravljeni, tako zveni moj glas.',
  sr: 'Здраво, овако звучи мој глас.',
  sv: 'Hej, så här låter min röst.',
  sw: 'Habari, hivi ndivyo sauti yangu inavyosikika.',
  te: 'నమస్కారం, నా గొంతు ఇలా ఉంటుంది.',
  tr: 'Merhaba, sesim böyle duyuluyor.',
  uk: 'Добрий день, так звучить мій голос.',
  vi: 'Xin chào, giọng của tôi nghe như thế này.',
  zh: '你好，我的声音是这样的。',
};
/** Figures are read in every language. */
const OTHERWISE = '1, 2, 3, 4, 5.';

/** @param {string} primary language tag */
export function sentenceFor(primary) {
  return SENTENCES[primary === 'nb' || primary === 'nn' ? 'no' : primary] ?? OTHERWISE;
}
