import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type RenderResult, render } from '@testing-library/react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { vi } from 'vitest';
import type {
  Checkout,
  ClockState,
  Delivery,
  DeliveryDetail,
  PlatformState,
  TimelineRecord,
} from '../api/types';
import { routes } from '../routes';

export const NOW = '2026-11-21T12:00:00.000Z';

interface Reply {
  status?: number;
  body: unknown;
}

type Handler = (body: unknown) => Reply | Promise<Reply>;

/** A request as the page sent it, for assertions. */
export interface Sent {
  route: string;
  headers: globalThis.Headers;
  body: unknown;
}

/** Stands in for the platform's page API: answers by `METHOD path`, and keeps what was asked. */
export class FakePlatform {
  readonly sent: Sent[] = [];
  private readonly handlers = new Map<string, Handler>();

  on(route: string, reply: Reply | Handler): this {
    this.handlers.set(route, typeof reply === 'function' ? reply : () => reply);
    return this;
  }

  requests(route: string): Sent[] {
    return this.sent.filter((request) => request.route === route);
  }

  install(): this {
    vi.stubGlobal('fetch', (input: string | URL, init: RequestInit = {}) =>
      this.answer(String(input), init),
    );
    vi.stubGlobal('EventSource', SilentEventSource);
    return this;
  }

  private async answer(address: string, init: RequestInit): Promise<Response> {
    const { pathname } = new URL(address, 'http://platform.test');
    const route = `${init.method ?? 'GET'} ${pathname.replace('/_emulator/', '')}`;
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    this.sent.push({ route, headers: new Headers(init.headers), body });
    const handler = this.handlers.get(route);
    const missing = { status: 404, body: { error: 'not_found', message: `No route ${route}.` } };
    const reply = handler ? await handler(body) : missing;
    return Response.json(reply.body, { status: reply.status ?? 200 });
  }
}

/** The live stream is tested in the browser; here the pages work without it. */
class SilentEventSource extends EventTarget {
  static readonly CLOSED = 2;
  readonly readyState = 0;
  close(): void {}
}

export function openPage(path: string): RenderResult {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={client}>
      <RouterProvider router={createMemoryRouter(routes, { initialEntries: [path] })} />
    </QueryClientProvider>,
  );
}

export function platformState(): PlatformState {
  return {
    now: NOW,
    clockOffsetMs: 0,
    app: {
      appId: 'app1',
      name: 'autopost',
      tagline: 'Publish everywhere',
      description: 'Write once.',
      developer: 'wixapp',
      iconUrl: null,
      appUrl: 'http://127.0.0.1:4101/',
    },
    plans: [
      {
        planId: 'free',
        productId: 'free',
        name: 'Free',
        priceMonthly: '0',
        priceYearly: '0',
        currency: 'USD',
      },
      {
        planId: 'starter',
        productId: 'starter',
        name: 'Starter',
        priceMonthly: '9.00',
        priceYearly: '90.00',
        currency: 'USD',
      },
    ],
    sites: [
      {
        siteId: 'site1',
        name: 'Sunrise Bakery',
        url: 'https://bakery.example',
        pageUrl: 'http://site1.site.localhost:4100/',
        ownerName: 'Ada Lovelace',
        ownerEmail: 'ada@bakery.example',
        install: null,
      },
    ],
  };
}

export function clockState(): ClockState {
  return {
    now: NOW,
    offsetMs: 0,
    nextEventAt: '2026-12-21T12:00:00.000Z',
    nextEvent: 'Renewal',
    pace: null,
  };
}

export function checkout(): Checkout {
  return {
    token: 'tok1',
    status: 'open',
    productId: 'starter',
    planName: 'Starter',
    billingCycle: 'MONTHLY',
    price: '9.00',
    currency: 'USD',
    siteName: 'Sunrise Bakery',
    appName: 'autopost',
    testCheckout: true,
    dueToday: '0.00',
    trialDays: null,
    coupon: null,
    beginsAt: null,
    cancelUrl: 'http://127.0.0.1:4100/dashboard/site1/app/app1?payment=cancelled',
    createdAt: NOW,
    expiresAt: '2026-11-23T12:00:00.000Z',
  };
}

export function delivery(change: Partial<Delivery> = {}): Delivery {
  return {
    deliveryId: 'dlv_1',
    eventType: 'AppInstalled',
    instanceId: 'inst1',
    siteName: 'Sunrise Bakery',
    attempt: 1,
    state: 'delivered',
    at: NOW,
    durationMs: 12,
    responseStatus: 200,
    error: null,
    nextAttemptAt: null,
    resendOf: null,
    ...change,
  };
}

export function deliveryDetail(change: Partial<Delivery> = {}): DeliveryDetail {
  return {
    ...delivery(change),
    attempts: [],
    requestUrl: 'http://127.0.0.1:4101/api/v1/wix/webhook',
    requestHeaders: { 'content-type': 'text/plain' },
    requestBody: 'header.payload.signature',
    decoded: { claims: { iat: 1 }, event: {}, payload: { appId: 'app1' }, identity: null },
    responseHeaders: {},
    responseBody: '{"success":true}',
  };
}

export function record(change: Partial<TimelineRecord> = {}): TimelineRecord {
  return {
    recordId: 'rec_1',
    at: NOW,
    kind: 'delivery',
    title: 'AppInstalled → 200',
    outcome: 'done',
    instanceId: 'inst1',
    siteName: 'Sunrise Bakery',
    deliveryId: 'dlv_1',
    detail: { eventType: 'AppInstalled', state: 'delivered', attempt: 1 },
    ...change,
  };
}

/** A line about a call of the app. */
export function requestRecord(change: Partial<TimelineRecord> = {}): TimelineRecord {
  return record({
    recordId: 'rec_2',
    kind: 'request',
    title: 'POST /apps/v1/checkout',
    deliveryId: null,
    detail: {
      method: 'POST',
      url: 'http://127.0.0.1:4100/apps/v1/checkout',
      headers: { authorization: 'OAUTH2abc…' },
      requestBody: { productId: 'starter' },
      status: 200,
      durationMs: 4,
      responseBody: { token: 'tok1' },
    },
    ...change,
  });
}
