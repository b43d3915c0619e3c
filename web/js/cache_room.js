// @ts-check
/** What the cache on the disk may hold, for who asks it to keep a whole book. */

import { DISK_CACHE_BYTES, DISK_CACHE_SHARE } from './settings.js';

/**
 * @param {object} parts
 * @param {Pick<import('./configuration.js').Configuration, 'value'>} parts.configuration
 * @param {Pick<StorageManager, 'estimate'>} [parts.storage]
 * @returns {{readonly bytes: number, readonly opus: boolean}} `opus`: whether sound is kept as Opus
 */
export function cacheRoom({ configuration, storage = navigator.storage }) {
  /** The browser's, for this origin; infinite where it does not say. */
  let quota = Infinity;
  storage?.estimate().then(
    (estimate) => (quota = estimate.quota || Infinity),
    () => {},
  );
  return {
    get bytes() {
      const on = configuration.value('audioCache', true) && configuration.value('diskCache', true);
      if (!on) return 0;
      const share = configuration.value('diskCacheShare', DISK_CACHE_SHARE) * quota;
      return Math.min(configuration.value('diskCacheBytes', DISK_CACHE_BYTES), share);
    },
    get opus() {
      return configuration.value('compression', 'auto') === 'auto' && typeof AudioEncoder !== 'undefined';
    },
  };
}
