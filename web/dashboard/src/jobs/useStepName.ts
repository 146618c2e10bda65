import { useAppMessages } from '../messages/useAppMessages';

const PREPARING = 'Preparing the post';
const PUBLISHING_ON = 'Publishing on ';

/** The steps of the app's jobs in the reader's language; one that is not known here as the app names it. */
export function useStepName(): (step: string) => string {
  const { jobs } = useAppMessages();
  return (step) => {
    if (step === PREPARING) return jobs.preparing;
    if (!step.startsWith(PUBLISHING_ON)) return step;
    return jobs.publishingOn(step.slice(PUBLISHING_ON.length));
  };
}
