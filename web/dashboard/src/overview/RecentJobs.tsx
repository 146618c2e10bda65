import { EmptyState, Loaded, LoadingScreen, useJobs } from '@wixapp/react';
import { Link } from 'react-router';
import { JobRow } from '../jobs/JobRow';
import { useAppMessages } from '../messages/useAppMessages';
import { Panel } from '../shell/Panel';
import { useHasPosts } from '../shell/useHasPosts';

const SHOWN = 6;

/** The newest jobs, live. */
export function RecentJobs() {
  const { jobs: texts } = useAppMessages();
  const hasPosts = useHasPosts();
  const query = useJobs();
  const hasMore = query.data !== undefined && query.data.jobs.length > SHOWN;
  const all = (
    <Link className="link" to="/jobs">
      {texts.all}
    </Link>
  );
  return (
    <Panel title={texts.title} suffix={hasMore && all}>
      <Loaded query={query} loading={<LoadingScreen cards={[160]} />}>
        {({ jobs }) =>
          jobs.length === 0 ? (
            <EmptyState
              title={texts.emptyTitle}
              text={hasPosts ? texts.emptyText : texts.emptyTextOther}
            />
          ) : (
            <ul className="jobs" data-testid="job-list">
              {jobs.slice(0, SHOWN).map((job) => (
                <JobRow key={job.jobId} job={job} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
