import { Text, TextButton } from '@wix/design-system';
import {
  EmptyState,
  ErrorScreen,
  type Job,
  JobBadge,
  LoadingScreen,
  resultUrl,
  useJobs,
  useWixContext,
} from '@wixapp/react';
import { useAppMessages } from '../messages/useAppMessages';
import { Panel } from '../shell/Panel';

const SHOWN = 6;

/** The newest jobs, live. */
export function RecentJobs() {
  const { jobs: texts } = useAppMessages();
  const { data, error, refetch } = useJobs();
  return (
    <Panel title={texts.title}>
      {data !== undefined && data.jobs.length > 0 && (
        <ul className="jobs" data-testid="job-list">
          {data.jobs.slice(0, SHOWN).map((job) => (
            <JobRow key={job.jobId} job={job} />
          ))}
        </ul>
      )}
      {data?.jobs.length === 0 && <EmptyState title={texts.emptyTitle} text={texts.emptyText} />}
      {data === undefined && error !== null && (
        <ErrorScreen error={error} onRetry={() => void refetch()} />
      )}
      {data === undefined && error === null && <LoadingScreen cards={[160]} />}
    </Panel>
  );
}

function JobRow({ job }: { job: Job }) {
  const { format } = useWixContext();
  const { jobs } = useAppMessages();
  const title = jobs.kinds[job.kind] ?? job.kind;
  const at = format.dateTime(job.createdAt);
  const url = resultUrl(job.result);
  return (
    <li className="jobs__row" data-testid="job-row" data-status={job.status}>
      <span className="jobs__what">
        <Text size="small" weight="bold">
          {title}
        </Text>
        <Text size="tiny" secondary>
          {at}
        </Text>
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
      <JobBadge status={job.status} />
    </li>
  );
}
