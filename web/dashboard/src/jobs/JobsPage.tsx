import { Button, Text } from '@wix/design-system';
import {
  Dialog,
  EmptyState,
  type Job,
  JobProgress,
  Loaded,
  LoadingScreen,
  useJobPages,
  useJobPoller,
} from '@wixapp/react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useAppMessages } from '../messages/useAppMessages';
import { ConfirmDialog } from '../shell/ConfirmDialog';
import { PageHead } from '../shell/PageHead';
import { Panel } from '../shell/Panel';
import { Tabs } from '../shell/Tabs';
import { useHasPosts } from '../shell/useHasPosts';
import { JobRow } from './JobRow';
import { useJobFailureText } from './useJobFailureText';
import { useStepName } from './useStepName';
import { isStoppable, type Stoppable, useStop } from './useStop';

/** The views of the page, and the jobs the server lists for each. */
const VIEWS = { all: undefined, running: 'running', done: 'done', failed: 'failed' } as const;
type View = keyof typeof VIEWS;

/** All jobs, live, by how they stand; the chosen job is in the address. */
export default function JobsPage() {
  const { jobs: texts } = useAppMessages();
  const [params, setParams] = useSearchParams();
  const wanted = params.get('state') ?? '';
  const view: View = Object.hasOwn(VIEWS, wanted) ? (wanted as View) : 'all';
  const choose = (jobId: string | null) =>
    setParams(
      { ...(view === 'all' ? {} : { state: view }), ...(jobId === null ? {} : { job: jobId }) },
      { replace: true },
    );
  const [stopping, setStopping] = useState<Stoppable | null>(null);
  const stop = ({ jobId, kind, credits }: Job) => {
    const title = texts.stopTitle(texts.kinds[kind] ?? kind);
    setStopping({ jobId, title, isPaid: (credits ?? 0) > 0 });
  };
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
      <JobList view={view} onChoose={choose} onStop={stop} />
      <JobDialog jobId={params.get('job')} onClose={() => choose(null)} onStop={stop} />
      <ConfirmDialog
        name="stop"
        subject={stopping}
        {...useStop()}
        onClose={() => setStopping(null)}
      />
    </div>
  );
}

interface JobListProps {
  view: View;
  onChoose(jobId: string): void;
  onStop(job: Job): void;
}

function JobList({ view, onChoose, onStop }: JobListProps) {
  const { jobs: texts } = useAppMessages();
  const query = useJobPages({ state: VIEWS[view] });
  return (
    <Loaded query={query} loading={<LoadingScreen cards={[420]} />}>
      {({ pages }) => {
        const jobs = pages.flatMap((page) => page.jobs);
        return (
          <Panel title={texts.view[view]}>
            {jobs.length === 0 ? (
              <NoJobs view={view} />
            ) : (
              <>
                <ul className="jobs" data-testid="jobs-page-list">
                  {jobs.map((job) => (
                    <JobRow
                      key={job.jobId}
                      job={job}
                      onChoose={() => onChoose(job.jobId)}
                      onStop={() => onStop(job)}
                    />
                  ))}
                </ul>
                <More query={query} />
              </>
            )}
          </Panel>
        );
      }}
    </Loaded>
  );
}

function NoJobs({ view }: { view: View }) {
  const { jobs: texts } = useAppMessages();
  const hasPosts = useHasPosts();
  return view === 'all' ? (
    <EmptyState title={texts.emptyTitle} text={hasPosts ? texts.emptyText : texts.emptyTextOther} />
  ) : (
    <EmptyState title={texts.noneTitle} text={texts.noneText} />
  );
}

function More({ query }: { query: ReturnType<typeof useJobPages> }) {
  const { jobs: texts } = useAppMessages();
  return (
    <div className="jobs__more">
      {query.hasNextPage ? (
        <Button
          priority="secondary"
          size="small"
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
          data-testid="jobs-more"
        >
          {query.isFetchingNextPage ? texts.loadingMore : texts.more}
        </Button>
      ) : (
        <Text size="small" secondary>
          {texts.end}
        </Text>
      )}
    </div>
  );
}

interface JobDialogProps {
  jobId: string | null;
  onClose(): void;
  onStop(job: Job): void;
}

function JobDialog({ jobId, onClose, onStop }: JobDialogProps) {
  const { jobs: texts } = useAppMessages();
  const stepName = useStepName();
  const failureText = useJobFailureText();
  const query = useJobPoller(jobId);
  const { data: shown } = query;
  const stop = shown !== undefined && isStoppable(shown) && (
    <Button
      priority="secondary"
      skin="destructive"
      onClick={() => onStop(shown)}
      data-testid="job-dialog-stop"
    >
      {texts.stop}
    </Button>
  );
  return (
    <Dialog
      isOpen={jobId !== null}
      title={texts.one}
      onClose={onClose}
      testId="job-dialog"
      footer={stop || undefined}
    >
      <Loaded query={query} loading={<LoadingScreen cards={[120]} />}>
        {(job) => (
          <JobProgress
            job={job}
            title={texts.kinds[job.kind] ?? job.kind}
            stepName={stepName}
            failureText={failureText}
          />
        )}
      </Loaded>
    </Dialog>
  );
}
