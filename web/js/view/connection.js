// @ts-check
/** The small mark that says that there is no network. No alarm: the page works without. */

import { byId } from './dom.js';

export function watchConnection() {
  const mark = byId('offline', HTMLElement);
  const show = () => (mark.hidden = navigator.onLine);
  addEventListener('online', show);
  addEventListener('offline', show);
  show();
}
