import { useWixContext } from '@wixapp/react';
import { useAppMessages } from '../messages/useAppMessages';
import { type FailureCode, isFailureCode } from '../posts/failure';

/** A job does not name its network: codes whose sentences differ only without the name are told together. */
const GROUPS = {
  refused: 'refused',
  unreachable: 'unreachable',
  not_connected: 'account',
  not_offered: 'notOffered',
  reconnect: 'account',
  image_gone: 'imageGone',
  missed: 'missed',
  post_invalid: 'postInvalid',
  insufficient_credits: 'poor',
  failed: 'failed',
  internal: 'broken',
  job_cancelled: 'stopped',
  job_timeout: 'timeout',
  job_panicked: 'broken',
  worker_lost: 'interrupted',
  job_quarantined: 'interrupted',
  bad_arguments: 'broken',
} as const satisfies Record<FailureCode, string>;

/** Why a job failed, in the reader's language; in English the server's own words, which say more. */
export function useJobFailureText(): (error: { code: string; message: string }) => string {
  const { failures } = useAppMessages().jobs;
  const { locale } = useWixContext().instanceData;
  return ({ code, message }) => {
    if (locale.startsWith('en') && message !== '') return message;
    return failures[isFailureCode(code) ? GROUPS[code] : 'failed'];
  };
}
