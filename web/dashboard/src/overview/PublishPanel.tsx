import { JobProgress, useJobPoller } from '@wixapp/react';
import { Link } from 'react-router';
import { useJobFailureText } from '../jobs/useJobFailureText';
import { useStepName } from '../jobs/useStepName';
import { useAppMessages } from '../messages/useAppMessages';
import { Panel } from '../shell/Panel';
import { PublishForm } from './PublishForm';
import { useActiveJob } from './useActiveJob';

/** The sample action: write, publish, watch. */
export function PublishPanel() {
  const { publish } = useAppMessages();
  const [jobId, follow] = useActiveJob();
  const { data: job } = useJobPoller(jobId);
  const stepName = useStepName();
  const failureText = useJobFailureText();
  return (
    <Panel
      title={publish.title}
      subtitle={publish.subtitle}
      suffix={
        <Link className="link" to="/compose" data-testid="post-full">
          {publish.full}
        </Link>
      }
    >
      <PublishForm onStarted={follow} />
      {job !== undefined && (
        <JobProgress
          job={job}
          title={publish.jobTitle}
          stepName={stepName}
          failureText={failureText}
        />
      )}
    </Panel>
  );
}
