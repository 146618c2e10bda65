import { Button, FormField, InputArea, Text } from '@wix/design-system';
import {
  ApiError,
  type Failure,
  knownFailure,
  RequestId,
  useFailure,
  useWixContext,
} from '@wixapp/react';
import { type FormEvent, useId, useState } from 'react';
import { Link } from 'react-router';
import { useAppMessages } from '../messages/useAppMessages';
import { usePublish } from './usePublish';

const LONGEST_POST = 500;

export function PublishForm({ onStarted }: { onStarted(jobId: string): void }) {
  const { publish: texts } = useAppMessages();
  const failure = useFailure();
  const { hasCredits } = useWixContext();
  const id = useId();
  const [text, setText] = useState('');
  const [mustFail, setMustFail] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);

  const publish = usePublish((jobId) => {
    setText('');
    setMustFail(false);
    onStarted(jobId);
  });
  const isBroke = !hasCredits() || isInsufficient(publish.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (publish.isPending) return;
    const found = problemOf(text);
    setProblem(found === null ? null : knownFailure(texts[found](LONGEST_POST)));
    if (found !== null) return;
    publish.mutate(mustFail ? { text: text.trim(), simulate: 'fail' } : { text: text.trim() }, {
      onError: (error) => {
        if (!isInsufficient(error)) setProblem(failure(error, texts.failed));
      },
    });
  };

  return (
    <form className="publish" onSubmit={submit} noValidate>
      <FormField
        id={id}
        label={texts.label}
        suffix={
          <Text size="tiny" secondary>
            {texts.left(LONGEST_POST - [...text].length)}
          </Text>
        }
        {...(problem === null ? {} : { status: 'error' as const, statusMessage: problem.text })}
      >
        <InputArea>
          {({ className, ref, onFocus, onBlur }) => (
            <textarea
              id={id}
              className={className}
              ref={ref}
              rows={3}
              value={text}
              placeholder={texts.placeholder}
              aria-invalid={problem !== null}
              onChange={(event) => {
                setText(event.target.value);
                setProblem(null);
              }}
              onFocus={onFocus}
              onBlur={onBlur}
              data-testid="post-text"
            />
          )}
        </InputArea>
      </FormField>
      <RequestId id={problem?.requestId ?? null} />
      <label className="check">
        <input
          type="checkbox"
          checked={mustFail}
          onChange={(event) => setMustFail(event.target.checked)}
          data-testid="post-fail"
        />
        <Text size="small">{texts.simulate}</Text>
      </label>
      <div className="publish__action">
        <Button type="submit" disabled={publish.isPending} data-testid="post-submit">
          {publish.isPending ? texts.submitting : texts.submit}
        </Button>
        <span role="alert">{isBroke && <NoCredits />}</span>
      </div>
    </form>
  );
}

function NoCredits() {
  const { publish } = useAppMessages();
  return (
    <Text size="small" skin="error">
      {publish.noCredits}{' '}
      <Link className="link" to="/plans">
        {publish.noCreditsAction}
      </Link>
    </Text>
  );
}

function problemOf(text: string): 'empty' | 'tooLong' | null {
  if (text.trim() === '') return 'empty';
  return [...text.trim()].length > LONGEST_POST ? 'tooLong' : null;
}

function isInsufficient(error: unknown): boolean {
  return error instanceof ApiError && error.isInsufficientCredits;
}
