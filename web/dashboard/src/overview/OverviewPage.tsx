import { CheckoutReturn, CreditCard, LowCreditBanner } from '@wixapp/react';
import { Link } from 'react-router';
import { useAppMessages } from '../messages/useAppMessages';
import { lazyPart } from '../shell/lazyPage';
import { PageHead } from '../shell/PageHead';
import { useHasPosts } from '../shell/useHasPosts';
import { OpenCheckoutBanner } from './OpenCheckoutBanner';
import { PlanPanel } from './PlanPanel';
import { PublishPanel } from './PublishPanel';
import { RecentJobs } from './RecentJobs';
import { usePaymentReturn } from './ReturnProvider';

/** Its words are those of the posts' pages, which the first view does without. */
const PostsBanner = lazyPart('posts-banner', () => import('./PostsBanner'));

/** The first page: what the owner has, what is happening, and one thing to do. */
export function OverviewPage() {
  const { overview } = useAppMessages();
  const { pending, finish } = usePaymentReturn();
  const hasPosts = useHasPosts();
  return (
    <div className="page">
      <PageHead title={overview.title} subtitle={overview.subtitle} />
      {pending === null ? (
        <>
          <OpenCheckoutBanner />
          <LowCreditBanner>
            <Link className="link" to="/plans">
              {overview.moreCredits}
            </Link>
          </LowCreditBanner>
          {hasPosts && <PostsBanner />}
        </>
      ) : (
        <CheckoutReturn payment={pending.payment} checkoutId={pending.checkoutId} onDone={finish} />
      )}
      <div className="page__grid">
        <CreditCard />
        <PlanPanel />
        {hasPosts && <PublishPanel />}
        <RecentJobs />
      </div>
    </div>
  );
}
