import type { FailureTexts } from '../../../posts/failure';

const interrupted = (name: string) => `Publishing on ${name} was interrupted too often.`;
const broken = (name: string) => `Something broke here while publishing on ${name}.`;

/** English texts of why a network does not have a post. */
export const en: FailureTexts = {
  refused: (name) => `${name} refused the post.`,
  unreachable: (name) => `${name} did not answer as it should, however often it was tried.`,
  not_connected: (name) => `${name} is not connected any more.`,
  not_offered: (name) => `${name} is not offered here any more.`,
  reconnect: (name) => `${name} no longer accepts the saved access. Connect it again.`,
  image_gone: () => 'An image of the post is gone.',
  missed: (name) => `Its time had passed before it could be published on ${name}.`,
  post_invalid: (name) => `The post could not go out to ${name} as it was.`,
  insufficient_credits: () => 'There were not enough credits.',
  failed: (name) => `The post could not be published on ${name}.`,
  internal: broken,
  job_cancelled: () => 'It was stopped.',
  job_timeout: (name) => `Publishing on ${name} took too long and was given up.`,
  job_panicked: broken,
  worker_lost: interrupted,
  job_quarantined: interrupted,
  bad_arguments: broken,
};
