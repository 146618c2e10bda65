import { EmptyState, ErrorScreen, LoadingScreen, useJobs } from '@wixapp/react';
import { Link } from 'react-router';
import { JobRow } from '../jobs/JobRow';
import { useAppMessages } from '../messages/useAppMessages';
import { Panel } from '../shell/Panel';

const SHOWN = 6;

/** The newest jobs, live. */
export function RecentJobs() {
  const { jobs: texts } = useAppMessages();
  const { data, error, refetch } = useJobs();
  const hasMore = data !== undefined && data.jobs.length > SHOWN;
  return (
    <Panel
      title={texts.title}
      suffix={
        hasMore && (
          <Link className="link" to="/jobs">
            {texts.all}
          </Link>
        )
      }
    >
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
