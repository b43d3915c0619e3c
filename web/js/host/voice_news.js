// @ts-check
/** What tabs tell each other about the voices that the browser keeps. */

const CHANNEL = 'lectern-voices';

export class VoiceNews {
  constructor() {
    this.channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(CHANNEL) : null;
  }

  /** @param {object} news JSON-shaped; the tab that tells does not hear it */
  tell(news) {
    this.channel?.postMessage(news);
  }

  /** @param {(news: unknown) => void} callback */
  onNews(callback) {
    if (this.channel) this.channel.onmessage = ({ data }) => callback(data);
  }
}
