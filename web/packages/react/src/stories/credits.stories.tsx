import { ConnectionStatus } from '../components/ConnectionStatus.js';
import { CreditCard } from '../components/CreditCard.js';
import { LowCreditBanner } from '../components/LowCreditBanner.js';
import { CreditHistory } from '../history/CreditHistory.js';
import { useUsage } from '../hooks/useUsage.js';
import { aStarterStatus, aStatus, aUsage, credits } from '../testing/fixtures.js';
import { UsageChart } from '../usage/UsageChart.js';
import { UsageForecast } from '../usage/UsageForecast.js';
import type { StoryPage } from './story.js';

function Forecast() {
  const { data } = useUsage(30);
  return data === undefined ? null : <UsageForecast usage={data} />;
}

const ACTIONS: Record<string, string> = { publish: 'Publish a post', image: 'Draw an image' };
const Chart = () => <UsageChart usage={aUsage()} actionName={(id) => ACTIONS[id] ?? id} />;

export const pages: readonly StoryPage[] = [
  {
    component: 'CreditCard',
    stories: [
      { name: 'Free plan', show: CreditCard },
      {
        name: 'All pools, with a hold and a debt',
        world: {
          status: aStarterStatus({
            credits: {
              available: 26_320,
              held: 3,
              byPool: { plan: 1320, purchased: 24_500, promo: 500 },
              debt: 12,
              version: 2,
            },
          }),
        },
        show: CreditCard,
      },
      { name: 'Loading', world: { answers: { '/user/status': 'never' } }, show: CreditCard },
    ],
  },
  {
    component: 'LowCreditBanner',
    stories: [
      {
        name: 'Few left',
        world: { status: aStarterStatus({ credits: credits(42, 2) }) },
        show: () => (
          <LowCreditBanner>
            <a href="#plans">See plans</a>
          </LowCreditBanner>
        ),
      },
      {
        name: 'None left',
        world: { status: aStatus({ credits: credits(0, 2) }) },
        show: () => <LowCreditBanner />,
      },
    ],
  },
  {
    component: 'ConnectionStatus',
    stories: (['connected', 'waiting', 'removed'] as const).map((status) => ({
      name: status,
      world: {
        status: aStatus({ connection: { status, installedAt: null, lastWebhookAt: null } }),
      },
      show: ConnectionStatus,
    })),
  },
  {
    component: 'CreditHistory',
    stories: [
      { name: 'With entries', world: { status: aStarterStatus() }, show: () => <CreditHistory /> },
      {
        name: 'Nothing yet',
        world: { answers: { '/credits/history': { data: { entries: [], nextCursor: null } } } },
        show: () => <CreditHistory />,
      },
      {
        name: 'Nothing matches the filters',
        world: { answers: { '/credits/history': { data: { entries: [], nextCursor: null } } } },
        show: () => <CreditHistory query={{ kind: 'reversal' }} />,
      },
      {
        name: 'Loading',
        world: { answers: { '/credits/history': 'never' } },
        show: () => <CreditHistory />,
      },
      {
        name: 'Refused',
        world: { answers: { '/credits/history': { refuse: 422, error: 'invalid_request' } } },
        show: () => <CreditHistory />,
      },
    ],
  },
  {
    component: 'UsageChart',
    stories: [{ name: 'A month of two actions', show: Chart }],
  },
  {
    component: 'UsageForecast',
    stories: [
      { name: 'Runs out', world: { status: aStatus({ credits: credits(40, 2) }) }, show: Forecast },
      {
        name: 'Lasts until the next cycle',
        world: { status: aStarterStatus({ credits: credits(120, 2) }) },
        show: Forecast,
      },
      {
        name: 'Lasts for more than a year',
        world: { status: aStarterStatus({ credits: credits(90_000, 2) }) },
        show: Forecast,
      },
      {
        name: 'The plan ends first',
        world: {
          status: aStarterStatus({
            subscription: { ...aStarterStatus().subscription, autoRenew: false },
          }),
        },
        show: Forecast,
      },
      {
        name: 'Nothing left',
        world: { status: aStatus({ credits: credits(0, 2) }) },
        show: Forecast,
      },
      {
        name: 'Nothing spent',
        world: {
          answers: { '/credits/usage': { data: { from: '', to: '', credits: 0, days: [] } } },
        },
        show: Forecast,
      },
    ],
  },
];
