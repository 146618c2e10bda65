import { BalanceChange } from '../components/BalanceChange.js';
import { Celebration } from '../components/Celebration.js';
import { CheckoutReturn } from '../components/CheckoutReturn.js';
import { aCheckout, anEntry, aStarterStatus, NOW } from '../testing/fixtures.js';
import type { Story, StoryPage } from './story.js';
import type { World } from './storyFetch.js';

const nothing = () => {};
const back = (payment: string, checkoutId: string | null = 'chk_1') => {
  const Return = () => (
    <CheckoutReturn payment={payment} checkoutId={checkoutId} onDone={nothing} />
  );
  return Return;
};
const answered = (status: 'open' | 'completed' | 'expired'): World => ({
  status: aStarterStatus(),
  answers: {
    '/billing/checkout': {
      data: aCheckout({ status, completedAt: status === 'completed' ? NOW : null }),
    },
    '/credits/history': { data: { entries: [anEntry()], nextCursor: null } },
  },
});

const returns: readonly Story[] = [
  {
    name: 'Processing, and waiting after a minute',
    world: answered('open'),
    show: back('success'),
  },
  { name: 'Success', world: answered('completed'), show: back('success') },
  { name: 'Cancelled', world: answered('open'), show: back('cancelled') },
  { name: 'Declined', world: answered('open'), show: back('declined') },
  { name: 'Expired', world: answered('expired'), show: back('success') },
  { name: 'A forged address', show: back('success', null) },
  {
    name: 'The server does not answer',
    world: { answers: { '/billing/checkout': { refuse: 503, error: 'unavailable' } } },
    show: back('success'),
  },
  {
    name: 'The session ended',
    world: { answers: { '/billing/checkout': { refuse: 401, error: 'token_expired' } } },
    show: back('success'),
  },
];

export const pages: readonly StoryPage[] = [
  { component: 'CheckoutReturn', stories: returns },
  {
    component: 'BalanceChange',
    stories: [
      { name: 'From old to new', show: () => <BalanceChange before={200} after={1200} /> },
      {
        name: 'Only the new one is known',
        show: () => <BalanceChange before={null} after={1200} />,
      },
    ],
  },
  {
    component: 'Celebration',
    stories: [
      {
        name: 'Still where motion is reduced',
        show: () => (
          <div className="wxa-return">
            <Celebration />
          </div>
        ),
      },
    ],
  },
];
