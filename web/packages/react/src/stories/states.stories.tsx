import { ApiError } from '../api/error.js';
import { Announcement } from '../components/Announcement.js';
import { CopyText } from '../components/CopyText.js';
import { Dialog } from '../components/Dialog.js';
import { EmptyState } from '../components/EmptyState.js';
import { ErrorBoundary } from '../components/ErrorBoundary.js';
import { ErrorScreen } from '../components/ErrorScreen.js';
import { FailureNote } from '../components/FailureNote.js';
import { JobBadge, JobProgress } from '../components/JobProgress.js';
import { Loaded } from '../components/Loaded.js';
import { LoadingScreen } from '../components/LoadingScreen.js';
import { PreviewModal } from '../components/PreviewModal.js';
import { ProgressBar } from '../components/ProgressBar.js';
import { RequestId } from '../components/RequestId.js';
import { SessionGate } from '../components/SessionGate.js';
import { Toast } from '../components/Toast.js';
import { ToastHost } from '../components/ToastHost.js';
import { useToast } from '../context/ToastProvider.js';
import { usePlans } from '../hooks/usePlans.js';
import { knownFailure } from '../messages/useFailure.js';
import { aJob, someJobs } from '../testing/fixtures.js';
import { Opening, type Story, type StoryPage } from './story.js';

const nothing = () => {};
const failed = new ApiError({
  code: 'unavailable',
  status: 503,
  message: 'The service is starting.',
  requestId: 'req_7f3a',
});
const offline = new ApiError({ code: 'network', message: 'No answer.' });

function Plans() {
  return (
    <Loaded query={usePlans()} loading={<LoadingScreen cards={[60]} />}>
      {({ plans }) => <p>{plans.map(({ name }) => name).join(', ')}</p>}
    </Loaded>
  );
}

function Sayers() {
  const { show } = useToast();
  return (
    <>
      {(['success', 'info', 'error'] as const).map((tone) => (
        <button
          key={tone}
          type="button"
          className="wxa-link-button"
          onClick={() => show(`A message of the kind “${tone}”.`, tone)}
        >
          {tone}
        </button>
      ))}
      <ToastHost />
    </>
  );
}

const jobs: readonly Story[] = [
  ...someJobs(),
  aJob({ jobId: 'job_4', status: 'queued', progressPercent: 0, currentStep: null }),
  aJob({ jobId: 'job_5', status: 'cancelled' }),
].map((job) => ({
  name: job.status,
  show: () => <JobProgress job={job} title="Publish a post" />,
}));

const toasts: readonly Story[] = (['success', 'info', 'error'] as const).map((tone) => ({
  name: tone,
  show: () => (
    <Toast
      toast={{ id: 1, tone, text: 'Your notices are saved.', requestId: null }}
      onClose={nothing}
    />
  ),
}));

const withRequestId: Story = {
  name: 'error with a request id',
  show: () => (
    <Toast
      toast={{ id: 1, tone: 'error', text: 'It could not be saved.', requestId: 'req_7f3a' }}
      onClose={nothing}
    />
  ),
};

export const pages: readonly StoryPage[] = [
  { component: 'JobProgress', stories: jobs },
  {
    component: 'JobBadge',
    stories: [{ name: 'Working', show: () => <JobBadge status="processing" /> }],
  },
  {
    component: 'ProgressBar',
    stories: (['standard', 'success', 'error'] as const).map((tone) => ({
      name: tone,
      show: () => <ProgressBar percent={62} label="Progress" tone={tone} />,
    })),
  },
  { component: 'Toast', stories: [...toasts, withRequestId] },
  { component: 'ToastHost', stories: [{ name: 'Say something', show: Sayers }] },
  {
    component: 'LoadingScreen',
    stories: [
      { name: 'One card', show: () => <LoadingScreen /> },
      { name: 'A row', show: () => <LoadingScreen cards={[180, 180, 180]} layout="row" /> },
      { name: 'A grid', show: () => <LoadingScreen cards={[140, 140]} layout="grid" /> },
    ],
  },
  {
    component: 'Loaded',
    stories: [
      { name: 'What came', show: Plans },
      { name: 'Still loading', world: { answers: { '/billing/plans': 'never' } }, show: Plans },
      {
        name: 'Refused',
        world: { answers: { '/billing/plans': { refuse: 422, error: 'invalid_request' } } },
        show: Plans,
      },
    ],
  },
  {
    component: 'ErrorScreen',
    stories: [
      { name: 'With a request id', show: () => <ErrorScreen error={failed} onRetry={nothing} /> },
      { name: 'Offline', show: () => <ErrorScreen error={offline} onRetry={nothing} /> },
      { name: 'A defect of the page', show: () => <ErrorScreen error={new Error('defect')} /> },
    ],
  },
  {
    component: 'FailureNote',
    stories: [
      {
        name: 'The text tells enough',
        show: () => <FailureNote failure={knownFailure('There is no such code.')} />,
      },
      {
        name: 'With a request id',
        show: () => (
          <FailureNote failure={{ text: 'It could not be saved.', requestId: 'req_7f3a' }} />
        ),
      },
    ],
  },
  {
    component: 'RequestId',
    stories: [{ name: 'Of a failed request', show: () => <RequestId id="req_7f3a" /> }],
  },
  {
    component: 'ErrorBoundary',
    stories: [
      {
        name: 'What works is left alone',
        show: () => (
          <ErrorBoundary>
            <p>All is well.</p>
          </ErrorBoundary>
        ),
      },
    ],
  },
  {
    component: 'EmptyState',
    stories: [
      {
        name: 'With a way on',
        show: () => (
          <EmptyState title="No posts yet" text="What you publish will be listed here.">
            <a href="#write">Write one</a>
          </EmptyState>
        ),
      },
    ],
  },
  {
    component: 'SessionGate',
    stories: [
      {
        name: 'No access',
        world: { answers: { '/user/status': { refuse: 403, error: 'forbidden' } } },
        show: () => <SessionGate loading={<LoadingScreen />}>in</SessionGate>,
      },
      {
        name: 'The session is over, after paying',
        world: { answers: { '/user/status': { refuse: 401, error: 'token_expired' } } },
        show: () => (
          <SessionGate loading={<LoadingScreen />} isAfterPayment>
            in
          </SessionGate>
        ),
      },
    ],
  },
  {
    component: 'PreviewModal',
    stories: [
      {
        name: 'What it costs',
        show: () => (
          <Opening>
            {(isOpen, close) => (
              <PreviewModal
                isOpen={isOpen}
                title="Publish this post?"
                cost={1}
                onConfirm={close}
                onClose={close}
              >
                Hello, world!
              </PreviewModal>
            )}
          </Opening>
        ),
      },
      {
        name: 'Too few credits',
        show: () => (
          <Opening>
            {(isOpen, close) => (
              <PreviewModal
                isOpen={isOpen}
                title="Publish 500 posts?"
                cost={500}
                onConfirm={close}
                onClose={close}
              >
                Five hundred times “Hello, world!”
              </PreviewModal>
            )}
          </Opening>
        ),
      },
    ],
  },
  {
    component: 'Dialog',
    stories: [
      {
        name: 'Wide',
        show: () => (
          <Opening>
            {(isOpen, close) => (
              <Dialog isOpen={isOpen} title="A dialog" size="wide" onClose={close}>
                Escape, the button and a click beside it close it.
              </Dialog>
            )}
          </Opening>
        ),
      },
    ],
  },
  {
    component: 'CopyText',
    stories: [{ name: 'An id', show: () => <CopyText label="Id" text="inst_0192f3c4" /> }],
  },
  {
    component: 'Announcement',
    stories: [
      {
        name: 'Heard, not seen',
        show: () => (
          <p>
            A screen reader says it here: <Announcement text="1,200 credits available" />
          </p>
        ),
      },
    ],
  },
];
