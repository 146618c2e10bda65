import { Button, Text, TextButton } from '@wix/design-system';
import { isFinal, type Job, JobBadge, ProgressBar, resultUrl, useWixContext } from '@wixapp/react';
import { useAppMessages } from '../messages/useAppMessages';
import { isStoppable } from './useStop';

interface JobRowProps {
  job: Job;
  /** Opens the job in full; without it the row only tells. */
  onChoose?: () => void;
  /** Asks whether to stop the job. */
  onStop?: () => void;
}

/** One job in a list: what, when, how far, and the way to its result. */
export function JobRow({ job, onChoose, onStop }: JobRowProps) {
  const { format } = useWixContext();
  const { jobs } = useAppMessages();
  const title = jobs.kinds[job.kind] ?? job.kind;
  const at = format.dateTime(job.createdAt);
  const url = resultUrl(job.result);
  return (
    <li className="jobs__row" data-testid="job-row" data-status={job.status}>
      <span className="jobs__what">
        {onChoose === undefined ? (
          <Text size="small" weight="bold">
            {title}
          </Text>
        ) : (
          <button
            type="button"
            className="jobs__title"
            onClick={onChoose}
            aria-label={jobs.detailsLabel(title, at)}
          >
            {title}
          </button>
        )}
        <Text size="tiny" secondary>
          {at}
        </Text>
        {onChoose !== undefined && !isFinal(job.status) && (
          <ProgressBar percent={job.progressPercent} label={jobs.progress(title, at)} />
        )}
      </span>
      {url !== null && (
        <TextButton
          as="a"
          size="small"
          href={url}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={jobs.openLabel(title, at)}
        >
          {jobs.open}
        </TextButton>
      )}
      {onStop !== undefined && isStoppable(job) && (
        <Button
          size="small"
          priority="secondary"
          skin="destructive"
          onClick={onStop}
          aria-label={jobs.stopLabel(title, at)}
          data-testid="job-stop"
        >
          {jobs.stop}
        </Button>
      )}
      <JobBadge status={job.status} />
    </li>
  );
}
