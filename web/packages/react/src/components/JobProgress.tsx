import { Badge, type BadgeSkin, Text, TextButton } from '@wix/design-system';
import type { Job, JobStatus } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';
import { isFinal } from '../live/newer.js';
import { useMessages } from '../messages/useMessages.js';
import { Announcement } from './Announcement.js';
import { OpenOutsideIcon } from './icons.js';
import { ProgressBar, type ProgressBarProps } from './ProgressBar.js';
import { resultUrl } from './resultUrl.js';

export interface JobProgressProps {
  /** The job, as `useJobPoller` gives it. */
  job: Job;
  /** What the job does, in the page's words. */
  title: string;
  /** The page's word for a step that the app names; the app's own when left out. */
  stepName?: (step: string) => string;
  /** The page's words for why the job failed; the server's own when left out. */
  failureText?: (error: { code: string; message: string }) => string;
}

const SKINS: Record<JobStatus, BadgeSkin> = {
  queued: 'neutralLight',
  processing: 'neutralStandard',
  optimizing: 'neutralStandard',
  publishing: 'neutralStandard',
  completed: 'neutralSuccess',
  failed: 'neutralDanger',
  cancelled: 'neutralLight',
};

const TONES: Partial<Record<JobStatus, ProgressBarProps['tone'] & string>> = {
  completed: 'success',
  failed: 'error',
};

/** One job as it runs: percent and step, then the result, or why it failed and where the credits went. */
export function JobProgress({ job, title, stepName, failureText }: JobProgressProps) {
  const { format } = useWixContext();
  const messages = useMessages();
  const named = job.currentStep ?? null;
  const step = named === null ? messages.job[job.status] : (stepName?.(named) ?? named);
  const percent = Math.round(job.progressPercent);

  return (
    <section className="wxa-job" data-testid="job-card" data-status={job.status} aria-label={title}>
      <div className="wxa-job__head">
        <Text weight="bold" className="wxa-job__title">
          {title}
        </Text>
        <JobBadge status={job.status} />
      </div>
      <ProgressBar
        percent={job.progressPercent}
        label={messages.jobProgress.label}
        tone={TONES[job.status] ?? 'standard'}
      />
      <div className="wxa-job__line">
        <Text size="small" secondary>
          <span data-testid="job-step">
            {isFinal(job.status) ? messages.job[job.status] : step}
          </span>
        </Text>
        <Text size="small" weight="bold">
          <span data-testid="job-percent">{format.percent(percent / 100)}</span>
        </Text>
      </div>
      <Outcome job={job} failureText={failureText} />
      <Announcement text={messages.jobProgress.announce(percent, step)} pauseMs={1_000} />
    </section>
  );
}

export interface JobBadgeProps {
  /** Where the job stands. */
  status: JobStatus;
}

/** How a job stands, in a word. */
export function JobBadge({ status }: JobBadgeProps) {
  const messages = useMessages();
  return (
    <Badge skin={SKINS[status]} size="small" uppercase={false}>
      {messages.job[status]}
    </Badge>
  );
}

interface OutcomeProps {
  job: Job;
  failureText: JobProgressProps['failureText'];
}

function Outcome({ job, failureText = ({ message }) => message }: OutcomeProps) {
  const messages = useMessages();
  const url = resultUrl(job.result);
  const credits = job.credits ?? 0;
  if (job.status === 'completed' && url !== null) {
    return (
      <TextButton
        as="a"
        size="small"
        skin="dark"
        underline="always"
        href={url}
        target="_blank"
        rel="noopener noreferrer"
        suffixIcon={<OpenOutsideIcon size={16} />}
        data-testid="job-result"
      >
        {messages.jobProgress.open}
      </TextButton>
    );
  }
  if (job.status !== 'failed' && job.status !== 'cancelled') return null;
  return (
    <div className="wxa-job__failure" role="alert" data-testid="job-failure">
      {job.status === 'failed' && (
        <Text size="small" skin="error">
          {job.error ? failureText(job.error) : messages.jobProgress.unknownFailure}
        </Text>
      )}
      {credits > 0 && <Text size="small">{messages.jobProgress.creditBack(credits)}</Text>}
    </div>
  );
}
