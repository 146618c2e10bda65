import { Badge, type BadgeSkin, Button, Heading, Text } from '@wix/design-system';
import {
  type SubscriptionStatus,
  type UserStatus,
  useBiller,
  useMessages,
  usePlanPreview,
  usePlans,
  useWixContext,
} from '@wixapp/react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useAppMessages } from '../messages/useAppMessages';
import { Panel } from '../shell/Panel';
import { endOf, pendingOf } from './ending';

const SKINS: Record<SubscriptionStatus, BadgeSkin> = {
  free: 'neutralLight',
  trial: 'neutralStandard',
  active: 'neutralSuccess',
  cancelled: 'warningLight',
  billing_issue: 'neutralDanger',
  removed: 'neutralDanger',
};

/** The plan, its state in words, and the date of the next credits. */
export function PlanPanel() {
  const { userData } = useWixContext();
  const { plan: texts } = useAppMessages();
  const messages = useMessages();
  if (userData === undefined) return null;
  const { plan, subscription } = userData;

  return (
    <Panel
      title={texts.title}
      suffix={
        <span data-testid="subscription-status" data-status={subscription.status}>
          <Badge skin={SKINS[subscription.status]} uppercase={false}>
            {messages.subscription[subscription.status]}
          </Badge>
        </span>
      }
    >
      <div className="plan-panel">
        <Heading as="h4" size="extraLarge">
          <span data-testid="plan-name">{plan.name}</span>
        </Heading>
        <dl className="facts">
          <Cycle status={userData} />
          <NextCredits status={userData} />
          <TrialEnd status={userData} />
          <Pending status={userData} />
          <Ending status={userData} />
        </dl>
        <Notice status={userData} />
        <div className="plan-panel__action">
          <Button as={Link} to="/plans" priority={plan.rank === 0 ? 'primary' : 'secondary'}>
            {plan.rank === 0 ? texts.upgrade : texts.compare}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function Cycle({ status }: { status: UserStatus }) {
  const { plan } = useAppMessages();
  const billingCycle = status.subscription.billingCycle ?? 'NO_CYCLE';
  const isFree = billingCycle === 'NO_CYCLE';
  const name = isFree ? plan.noCycle : (plan.cycles[billingCycle] ?? plan.otherCycle);
  return <Fact label={plan.cycle}>{name}</Fact>;
}

function NextCredits({ status }: { status: UserStatus }) {
  const { format } = useWixContext();
  const { plan } = useAppMessages();
  const ending = endOf(status);
  const nextCycleAt = ending?.credits === 'none' ? null : (status.subscription.nextCycleAt ?? null);
  const none = status.subscription.status === 'trial' ? plan.nextPaid : plan.noNext;
  const text =
    nextCycleAt === null
      ? none
      : plan.nextAt(format.date(nextCycleAt), format.days(nextCycleAt, status.now));
  const label = ending?.credits === 'last' ? plan.lastCredits : plan.nextCredits;
  return (
    <Fact label={label}>
      <span data-testid="next-cycle" data-at={nextCycleAt ?? ''}>
        {text}
      </span>
    </Fact>
  );
}

function TrialEnd({ status }: { status: UserStatus }) {
  const { format } = useWixContext();
  const { plan } = useAppMessages();
  const { status: state, currentPeriodEnd } = status.subscription;
  if (state !== 'trial' || !currentPeriodEnd) return null;
  return (
    <Fact label={plan.trialUntil}>
      <span data-testid="trial-end">
        {plan.nextAt(format.date(currentPeriodEnd), format.days(currentPeriodEnd, status.now))}
      </span>
    </Fact>
  );
}

/** The lower plan that follows. */
function Pending({ status }: { status: UserStatus }) {
  const pending = pendingOf(status);
  return pending === null ? null : <PendingPlan {...pending} />;
}

/** By its id until its name is known. */
function PendingPlan({ planId, from }: { planId: string; from: string | null }) {
  const { format } = useWixContext();
  const { plan: texts } = useAppMessages();
  const { data } = usePlans();
  const name = data?.plans.find(({ id }) => id === planId)?.name ?? planId;
  return (
    <Fact label={from === null ? texts.afterwards : texts.from(format.date(from))}>
      <span data-testid="pending-plan">{name}</span>
    </Fact>
  );
}

/** When a plan that is not renewed ends, and what the site has then: the server's own forecast. */
function Ending({ status }: { status: UserStatus }) {
  const { format } = useWixContext();
  const { plan: texts } = useAppMessages();
  const ending = endOf(status);
  const { data } = usePlanPreview(ending === null ? null : 'free');
  if (ending === null) return null;
  return (
    <>
      <Fact label={texts.ends}>
        {texts.nextAt(format.date(ending.at), format.days(ending.at, status.now))}
      </Fact>
      <Fact label={texts.afterwards}>
        <span data-testid="afterwards">
          {data === undefined ? texts.free : texts.freeWith(data.after.available)}
        </span>
      </Fact>
    </>
  );
}

function Notice({ status }: { status: UserStatus }) {
  const { format } = useWixContext();
  const { plan: texts } = useAppMessages();
  const { subscription, plan } = status;
  if (subscription.status === 'billing_issue') return <BillingIssue />;
  if (subscription.status === 'removed') return <Remark>{texts.removed}</Remark>;
  const { nextCycleAt, currentPeriodEnd } = subscription;
  if (subscription.status === 'trial') {
    return (
      <Remark testId="trial">
        {currentPeriodEnd
          ? texts.trialTo(plan.name, format.date(currentPeriodEnd))
          : texts.trial(plan.name)}
      </Remark>
    );
  }
  const ending = endOf(status);
  if (ending === null) return null;
  return (
    <Remark testId="auto-renew-off">
      {ending.credits === 'last' && nextCycleAt
        ? texts.endsAfterLast(plan.name, format.date(ending.at), format.date(nextCycleAt))
        : texts.autoRenewOff(plan.name, format.date(ending.at))}
    </Remark>
  );
}

function BillingIssue() {
  const { plan } = useAppMessages();
  return <Remark testId="billing-issue">{plan.billingIssue(useBiller())}</Remark>;
}

function Remark({ children, testId }: { children: string; testId?: string }) {
  return (
    <p className="remark" data-testid={testId}>
      <Text size="small">{children}</Text>
    </p>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="facts__row">
      <dt>
        <Text size="small" secondary>
          {label}
        </Text>
      </dt>
      <dd>
        <Text size="small">{children}</Text>
      </dd>
    </div>
  );
}
