import { ContactModal } from '../components/ContactModal.js';
import { CycleSwitch } from '../components/CycleSwitch.js';
import { PlanChangeModal } from '../components/PlanChangeModal.js';
import { PlanComparison } from '../components/PlanComparison.js';
import { PricingGrid } from '../components/PricingGrid.js';
import { PricingModal } from '../components/PricingModal.js';
import { PromoCode } from '../components/PromoCode.js';
import { PublicPricing } from '../components/PublicPricing.js';
import { TopUps } from '../components/TopUps.js';
import { aPlanList, aPreview, aStarterStatus, thePublicPlans } from '../testing/fixtures.js';
import { Opening, type StoryPage } from './story.js';

const starter = { status: aStarterStatus() };
const list = aPlanList('starter');
const free = list.plans[0] ?? null;
const pro = aPlanList('pro');
const lower = pro.plans[1] ?? null;
/** The largest plan as one that is agreed on in person. */
const custom = list.plans.map((plan) =>
  plan.id === 'scale' ? { ...plan, action: 'contact' as const } : plan,
);
const nothing = () => {};

const Grid = () => (
  <PricingGrid
    list={{ ...list, plans: custom }}
    paidCycle="MONTHLY"
    onUpgrade={nothing}
    onDowngrade={nothing}
    onContact={nothing}
  />
);

const LowerModal = () => (
  <Opening>
    {(isOpen, close) => <PlanChangeModal list={pro} plan={isOpen ? lower : null} onClose={close} />}
  </Opening>
);

const ChangeModal = () => (
  <Opening>
    {(isOpen, close) => <PlanChangeModal list={list} plan={isOpen ? free : null} onClose={close} />}
  </Opening>
);

export const pages: readonly StoryPage[] = [
  {
    component: 'PricingGrid',
    stories: [
      { name: 'On Starter, paid by the month', world: starter, show: Grid },
      {
        name: 'On Starter, paid by the year, at monthly prices',
        world: starter,
        show: () => (
          <PricingGrid list={list} paidCycle="YEARLY" onUpgrade={nothing} onDowngrade={nothing} />
        ),
      },
      {
        name: 'A checkout is being opened',
        world: starter,
        show: () => (
          <PricingGrid
            list={list}
            openingPlanId="pro"
            initialCycle="YEARLY"
            onUpgrade={nothing}
            onDowngrade={nothing}
          />
        ),
      },
    ],
  },
  {
    component: 'PublicPricing',
    stories: [
      {
        name: 'From the App Market',
        show: () => (
          <PublicPricing
            list={thePublicPlans({
              plans: thePublicPlans().plans.map((plan) => ({
                ...plan,
                custom: plan.id === 'scale',
              })),
            })}
          />
        ),
      },
      {
        name: 'Where no address is named',
        show: () => <PublicPricing list={thePublicPlans({ installUrl: null })} />,
      },
    ],
  },
  {
    component: 'CycleSwitch',
    stories: [
      {
        name: 'With a saving',
        show: () => <CycleSwitch cycle="YEARLY" saving="Save 16%" onChange={nothing} />,
      },
      {
        name: 'Without',
        show: () => <CycleSwitch cycle="MONTHLY" saving={null} onChange={nothing} />,
      },
    ],
  },
  {
    component: 'PlanComparison',
    stories: [
      {
        name: 'All plans',
        world: starter,
        show: () => (
          <Opening>
            {(isOpen, close) => <PlanComparison isOpen={isOpen} list={list} onClose={close} />}
          </Opening>
        ),
      },
    ],
  },
  {
    component: 'PricingModal',
    stories: [
      {
        name: 'Over the page',
        world: starter,
        show: () => (
          <Opening>{(isOpen, close) => <PricingModal isOpen={isOpen} onClose={close} />}</Opening>
        ),
      },
    ],
  },
  {
    component: 'PlanChangeModal',
    stories: [
      { name: 'To the free plan', world: starter, show: ChangeModal },
      { name: 'To a lower plan that is paid', world: starter, show: LowerModal },
      {
        name: 'All credits are kept',
        world: {
          ...starter,
          answers: {
            '/billing/preview': {
              data: aPreview({ after: { ...aPreview().before, planId: 'free' } }),
            },
          },
        },
        show: ChangeModal,
      },
      {
        name: 'The preview cannot be had',
        world: { ...starter, answers: { '/billing/preview': { refuse: 422, error: 'invalid' } } },
        show: ChangeModal,
      },
    ],
  },
  {
    component: 'ContactModal',
    stories: [
      {
        name: 'About a plan',
        show: () => (
          <Opening>
            {(isOpen, close) => (
              <ContactModal plan={isOpen ? (custom[3] ?? null) : null} onClose={close} />
            )}
          </Opening>
        ),
      },
    ],
  },
  {
    component: 'PromoCode',
    stories: [
      { name: 'Any code gives credits', show: PromoCode },
      {
        name: 'No code exists',
        world: { answers: { '/billing/promo': { refuse: 404, error: 'promo_unknown' } } },
        show: PromoCode,
      },
    ],
  },
  { component: 'TopUps', stories: [{ name: 'Two offers', show: TopUps }] },
];
