// @ts-check
/**
 * Which way the sound takes, by what is known of the browser. ARCHITECTURE.md, "Behind a locked
 * screen", says where each line of the table comes from.
 */

/**
 * @typedef {'direct' | 'element'} Way
 *   direct: to the context's destination; element: through a media element
 * @typedef {object} Route
 * @property {Way} way
 * @property {boolean} companion a silent media element plays beside the sound: who has the
 *   media keys is decided by media elements, and Web Audio is none
 * @property {boolean} playback say that this is listening, not an effect (`navigator.audioSession`)
 *
 * @typedef {object} Platform
 * @property {'chromium' | 'webkit' | 'gecko' | 'other'} engine
 * @property {boolean} mobile a phone or a tablet
 *
 * @typedef {object} Browser of `Navigator`, what is looked at
 * @property {string} userAgent
 * @property {number} [maxTouchPoints]
 * @property {{mobile?: boolean}} [userAgentData] Chromium's, in secure contexts
 */

/** @type {Route} */
const PLAIN = { way: 'direct', companion: false, playback: false };
/** @type {Route} */
const ACCOMPANIED = { way: 'direct', companion: true, playback: false };
/** @type {Route} */
const CARRIED = { way: 'element', companion: false, playback: true };

/** @type {Record<Platform['engine'], {mobile: Route, desktop: Route}>} */
const ROUTES = {
  // A media stream's element is a "one-shot player" here: it gets neither keys nor lock screen.
  chromium: { mobile: ACCOMPANIED, desktop: ACCOMPANIED },
  // A context whose destination is in use is interrupted when the page goes to the background.
  webkit: { mobile: CARRIED, desktop: ACCOMPANIED },
  // Only an element that is heard counts as media.
  gecko: { mobile: CARRIED, desktop: PLAIN },
  other: { mobile: PLAIN, desktop: PLAIN },
};

/**
 * @param {Platform} platform
 * @param {Way | null} [asked] by whoever knows better; the rest follows the platform
 * @returns {Route}
 */
export function chooseRoute({ engine, mobile }, asked = null) {
  const usual = ROUTES[engine][mobile ? 'mobile' : 'desktop'];
  if (asked === null || asked === usual.way) return usual;
  if (asked === 'element') return { ...usual, way: asked, companion: false };
  return { ...usual, way: asked, companion: engine !== 'other' };
}

/**
 * @param {Browser} browser
 * @returns {Platform}
 */
export function platformOf({ userAgent, maxTouchPoints = 0, userAgentData }) {
  const engine = engineOf(userAgent, userAgentData !== undefined);
  if (typeof userAgentData?.mobile === 'boolean') {
    // An Android tablet is no "mobile" to Chromium.
    return { engine, mobile: userAgentData.mobile || /Android/.test(userAgent) };
  }
  // An iPad calls itself a Macintosh, which has no touch screen.
  const tablet = /Macintosh/.test(userAgent) && maxTouchPoints > 1;
  return { engine, mobile: tablet || /Android|iPhone|iPad|iPod|Mobile/.test(userAgent) };
}

/**
 * @param {string} userAgent
 * @param {boolean} hints whether there are user agent client hints
 * @returns {Platform['engine']}
 */
function engineOf(userAgent, hints) {
  // All browsers of iOS are WebKit, and say so: theirs are CriOS, FxiOS, EdgiOS.
  if (hints || /Chrom(e|ium)\//.test(userAgent)) return 'chromium';
  if (/AppleWebKit\//.test(userAgent)) return 'webkit';
  return /Firefox\//.test(userAgent) ? 'gecko' : 'other';
}
