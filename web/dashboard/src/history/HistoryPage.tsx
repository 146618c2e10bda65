import { CreditHistory, historyParams, readHistoryQuery } from '@wixapp/react';
import { useSearchParams } from 'react-router';
import { useAppMessages } from '../messages/useAppMessages';
import { PageHead } from '../shell/PageHead';

/** Every credit in and out; filters and the open explanation are in the address. */
export default function HistoryPage() {
  const { history: texts, jobs } = useAppMessages();
  const [params, setParams] = useSearchParams();
  return (
    <div className="page">
      <PageHead title={texts.title} subtitle={texts.subtitle} />
      <CreditHistory
        actionName={(action) => jobs.kinds[action] ?? action}
        query={readHistoryQuery(params)}
        onQueryChange={(query) => setParams(historyParams(query), { replace: true })}
      />
    </div>
  );
}
