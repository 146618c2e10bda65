import {
  Dialog,
  EmptyState,
  isFinal,
  type Job,
  JobProgress,
  Loaded,
  LoadingScreen,
  useJobPoller,
  useJobs,
} from '@wixapp/react';
import { useSearchParams } from 'react-router';
import { useAppMessages } from '../messages/useAppMessages';
import { PageHead } from '../shell/PageHead';
import { Panel } from '../shell/Panel';
import { Tabs } from '../shell/Tabs';
import { JobRow } from './JobRow';

/** As many as the server lists at once. */
const SHOWN = 100;

const VIEWS = {
  all: () => true,
  running: (job: Job) => !isFinal(job.status),
  done: (job: Job) => job.status === 'completed',
  failed: (job: Job) => job.status === 'failed' || job.status === 'cancelled',
};
type View = keyof typeof VIEWS;

/** The newest jobs, live, by how they stand; the chosen job is in the address. */
export default function JobsPage() {
  const { jobs: texts } = useAppMessages();
  const [params, setParams] = useSearchParams();
  const wanted = params.get('state') ?? '';
  const view: View = wanted in VIEWS ? (wanted as View) : 'all';
  const choose = (jobId: string | null) =>
    setParams(
      { ...(view === 'all' ? {} : { state: view }), ...(jobId === null ? {} : { job: jobId }) },
      { replace: true },
    );
  return (
    <div className="page">
      <PageHead title={texts.pageTitle} subtitle={texts.subtitle} />
      <Tabs
        label={texts.views}
        tabs={(Object.keys(VIEWS) as View[]).map((each) => ({
          to: each === 'all' ? '?' : `?state=${each}`,
          text: texts.view[each],
          isCurrent: each === view,
        }))}
      />
      <JobList view={view} onChoose={choose} />
      <JobDialog jobId={params.get('job')} onClose={() => choose(null)} />
    </div>
  );
}

function JobList({ view, onChoose }: { view: View; onChoose(jobId: string): void }) {
  const { jobs: texts } = useAppMessages();
  const query = useJobs(SHOWN);
  return (
    <Loaded query={query} loading={<LoadingScreen cards={[420]} />}>
      {({ jobs: all }) => (
        <Panel title={texts.view[view]}>
          <Rows jobs={all.filter(VIEWS[view])} hasAny={all.length > 0} onChoose={onChoose} />
        </Panel>
      )}
    </Loaded>
  );
}

interface RowsProps {
  jobs: readonly Job[];
  /** Whether there are jobs at all, in whatever state. */
  hasAny: boolean;
  onChoose(jobId: string): void;
}

function Rows({ jobs, hasAny, onChoose }: RowsProps) {
  const { jobs: texts } = useAppMessages();
  if (jobs.length === 0) {
    return hasAny ? (
      <EmptyState title={texts.noneTitle} text={texts.noneText} />
    ) : (
      <EmptyState title={texts.emptyTitle} text={texts.emptyText} />
    );
  }
  return (
    <ul className="jobs" data-testid="jobs-page-list">
      {jobs.map((job) => (
        <JobRow key={job.jobId} job={job} onChoose={() => onChoose(job.jobId)} />
      ))}
    </ul>
  );
}

function JobDialog({ jobId, onClose }: { jobId: string | null; onClose(): void }) {
  const { jobs: texts } = useAppMessages();
  const query = useJobPoller(jobId);
  return (
    <Dialog isOpen={jobId !== null} title={texts.one} onClose={onClose} testId="job-dialog">
      <Loaded query={query} loading={<LoadingScreen cards={[120]} />}>
        {(job) => <JobProgress job={job} title={texts.kinds[job.kind] ?? job.kind} />}
      </Loaded>
    </Dialog>
  );
}
