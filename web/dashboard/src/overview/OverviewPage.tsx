import { CheckoutReturn, CreditCard, LowCreditBanner } from '@wixapp/react';
import { Link } from 'react-router';
import { useAppMessages } from '../messages/useAppMessages';
import { PageHead } from '../shell/PageHead';
import { useHasPosts } from '../shell/useHasPosts';
import { OpenCheckoutBanner } from './OpenCheckoutBanner';
import { PlanPanel } from './PlanPanel';
import { PublishPanel } from './PublishPanel';
import { RecentJobs } from './RecentJobs';
import { usePaymentReturn } from './ReturnProvider';
import { usePostsBanner } from './useBanners';

/** The first page: what the owner has, what is happening, and one thing to do. */
export function OverviewPage() {
  const { overview } = useAppMessages();
  const { pending, finish } = usePaymentReturn();
  const hasPosts = useHasPosts();
  const { Banner, posts } = usePostsBanner();
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
          {Banner !== undefined && <Banner posts={posts} />}
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
