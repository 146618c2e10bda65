import { useQueryClient } from '@tanstack/react-query';
import { Button, Text } from '@wix/design-system';
import { isFinal, ProgressBar, resultUrl, useJobPoller, useWixContext } from '@wixapp/react';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import { useStepName } from '../jobs/useStepName';
import { type Stoppable, useStop } from '../jobs/useStop';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { editAddress } from '../posts/address';
import { isFailureCode } from '../posts/failure';
import { NetworkMark } from '../posts/NetworkMark';
import { ResultBadge } from '../posts/StateBadge';
import type { NetworkResult, Post } from '../posts/types';
import { keys, useNetworks } from '../posts/useAutopost';
import { ConfirmDialog } from '../shell/ConfirmDialog';
import { Panel } from '../shell/Panel';
import { RetryFailed } from './RetryFailed';

/** What becomes of the post on each network, live. */
export function ResultsPanel({ post }: { post: Post }) {
  const { results: texts, networkNames } = useAutopostMessages();
  const { format } = useWixContext();
  const [stopping, setStopping] = useState<Stoppable | null>(null);
  const published = post.results.filter(({ state }) => state === 'published').length;
  const say = {
    draft: () => texts.draft,
    scheduled: () => texts.scheduled(post.scheduledAt ? format.dateTime(post.scheduledAt) : ''),
    missed: () => texts.missed,
    publishing: () => texts.publishing,
    published: () => texts.published,
    partly_published: () => texts.partly(published, post.results.length),
    failed: () => texts.failed,
  };
  return (
    <Panel title={texts.title}>
      <p className="results__sum" role="status" data-testid="results-sum">
        {say[post.state]()}
      </p>
      {post.results.length === 0 ? (
        <ul className="results">
          {post.networks.map((network) => (
            <li key={network} className="result">
              <span className="result__head">
                <NetworkMark network={network} />
                <Text size="small" weight="bold">
                  {networkNames[network]}
                </Text>
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <ul className="results" data-testid="results">
          {post.results.map((result) => (
            <Result
              key={result.network}
              result={result}
              postId={post.id}
              onStop={(jobId) =>
                setStopping({
                  jobId,
                  title: texts.stopOn(networkNames[result.network]),
                  isPaid: true,
                })
              }
            />
          ))}
        </ul>
      )}
      {post.state === 'missed' && (
        <div>
          <Button as={Link} to={editAddress(post.id)} data-testid="post-missed">
            {texts.missedAction}
          </Button>
        </div>
      )}
      <RetryFailed post={post} />
      <ConfirmDialog
        name="stop"
        subject={stopping}
        {...useStop()}
        onClose={() => setStopping(null)}
      />
    </Panel>
  );
}

interface ResultProps {
  result: NetworkResult;
  postId: string;
  /** Asks whether to stop the job behind it. */
  onStop(jobId: string): void;
}

function Result({ result, postId, onStop }: ResultProps) {
  const { results: texts, networkNames } = useAutopostMessages();
  const { format } = useWixContext();
  const { network, state, jobId } = result;
  const name = networkNames[network];
  const job = useResultJob(result, postId);
  const stepName = useStepName();
  const percent = job?.progressPercent ?? result.percent ?? 0;
  const isOpen = state === 'waiting' || state === 'publishing';
  const { data: networks } = useNetworks(isOpen);
  const isLost = networks?.networks.some(
    (item) => item.network === network && item.state === 'reconnect',
  );
  const url = resultUrl({ url: result.url });
  return (
    <li className="result" data-testid={`result-${network}`} data-state={state}>
      <div className="result__line">
        <span className="result__head">
          <NetworkMark network={network} />
          <Text size="small" weight="bold">
            {name}
          </Text>
        </span>
        <ResultBadge state={state} />
      </div>
      {isOpen && (
        <>
          <ProgressBar percent={percent} label={texts.progress(name)} />
          <div className="result__line">
            <Text size="small" secondary>
              {isLost ? (
                <>
                  {texts.waitsForYou(name)}{' '}
                  <Link className="link" to="/networks">
                    {texts.connect}
                  </Link>
                </>
              ) : job?.currentStep ? (
                stepName(job.currentStep)
              ) : (
                texts.waiting
              )}
            </Text>
            <Text size="small" weight="bold">
              <span data-testid={`percent-${network}`}>
                {format.percent(Math.round(percent) / 100)}
              </span>
            </Text>
          </div>
          {jobId && !(job && isFinal(job.status)) && (
            <div>
              <Button
                size="small"
                priority="secondary"
                skin="destructive"
                onClick={() => onStop(jobId)}
                aria-label={`${texts.stop}: ${name}`}
                data-testid={`result-stop-${network}`}
              >
                {texts.stop}
              </Button>
            </div>
          )}
        </>
      )}
      {state === 'failed' && (
        <div className="result__failure" role="alert">
          <Text size="small" skin="error">
            <FailureText result={result} />
          </Text>
          {jobId && <Text size="small">{texts.creditBack}</Text>}
        </div>
      )}
      {state === 'published' && (
        <div className="result__line">
          {url === null ? (
            <Text size="small">{texts.withoutLink(name)}</Text>
          ) : (
            <a
              className="link"
              href={url}
              target="_blank"
              rel="noopener noreferrer"
              data-testid={`result-link-${network}`}
            >
              {texts.open(name)}
            </a>
          )}
          {result.at && (
            <Text size="small" secondary>
              {format.dateTime(result.at)}
            </Text>
          )}
        </div>
      )}
    </li>
  );
}

function FailureText({ result: { error, network } }: { result: NetworkResult }) {
  const { results: texts, networkNames } = useAutopostMessages();
  const { locale } = useWixContext().instanceData;
  const name = networkNames[network];
  const known = error && isFailureCode(error.code) ? texts.errors[error.code](name) : undefined;
  // The server and the networks write English.
  const readable = error && locale.startsWith('en') ? error.message : undefined;
  return <>{readable || known || texts.refused(name)}</>;
}

/** The job behind a result, live; when it has ended, the post is asked what became of it. */
function useResultJob({ jobId, state }: NetworkResult, postId: string) {
  const cache = useQueryClient();
  const isOpen = state === 'waiting' || state === 'publishing';
  const { data: job } = useJobPoller(isOpen ? (jobId ?? null) : null);
  const hasEnded = isOpen && job !== undefined && isFinal(job.status);
  useEffect(() => {
    if (hasEnded) void cache.invalidateQueries({ queryKey: keys.post(postId) });
  }, [cache, hasEnded, postId]);
  return isOpen ? job : undefined;
}
