// @diffusionstudio/vits-web as its README has it.
import { predict } from '@diffusionstudio/vits-web';

/** The text as a WAV. */
export const say = (text, voiceId) => predict({ text, voiceId });
