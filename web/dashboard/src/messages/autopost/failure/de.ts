import type { FailureTexts } from '../../../posts/failure';

const interrupted = (name: string) => `Das Veröffentlichen auf ${name} wurde zu oft unterbrochen.`;
const broken = (name: string) => `Beim Veröffentlichen auf ${name} ist hier etwas kaputtgegangen.`;

/** German texts of why a network does not have a post. */
export const de: FailureTexts = {
  refused: (name) => `${name} hat den Beitrag abgelehnt.`,
  unreachable: (name) => `${name} hat nicht so geantwortet wie erwartet, sooft es versucht wurde.`,
  not_connected: (name) => `${name} ist nicht mehr verbunden.`,
  not_offered: (name) => `${name} wird hier nicht mehr angeboten.`,
  reconnect: (name) =>
    `${name} nimmt den gespeicherten Zugang nicht mehr an. Verbinden Sie es neu.`,
  image_gone: () => 'Ein Bild des Beitrags ist nicht mehr da.',
  missed: (name) => `Seine Zeit war vorbei, bevor er auf ${name} veröffentlicht werden konnte.`,
  post_invalid: (name) => `So, wie er war, konnte der Beitrag nicht zu ${name} gehen.`,
  insufficient_credits: () => 'Die Credits reichten nicht.',
  failed: (name) => `Der Beitrag konnte auf ${name} nicht veröffentlicht werden.`,
  internal: broken,
  job_cancelled: () => 'Es wurde gestoppt.',
  job_timeout: (name) => `Das Veröffentlichen auf ${name} dauerte zu lange und wurde abgebrochen.`,
  job_panicked: broken,
  worker_lost: interrupted,
  job_quarantined: interrupted,
  bad_arguments: broken,
};
