import type { ApiClient } from '@wixapp/react';
import { autopostApi } from '../posts/api';

const PAGE = 100;

/** Everything the server tells the owner about this installation, as one document. */
export async function collectData(client: ApiClient, hasPosts: boolean) {
  const [status, notices, jobs, history, written] = await Promise.all([
    client.status(),
    client.notices(),
    all(async (cursor) => {
      const page = await client.jobs({ limit: PAGE, cursor });
      return { items: page.jobs, nextCursor: page.nextCursor };
    }),
    all(async (cursor) => {
      const page = await client.history({ limit: PAGE, cursor });
      return { items: page.entries, nextCursor: page.nextCursor };
    }),
    hasPosts ? collectPosts(client) : {},
  ]);
  const { settings } = notices;
  return { exportedAt: status.now, status, notices: settings, jobs, history, ...written };
}

async function collectPosts(client: ApiClient) {
  const autopost = autopostApi(client);
  const [posts, { profiles }] = await Promise.all([
    all(async (cursor) => {
      const page = await autopost.posts({ limit: PAGE, cursor }, undefined);
      return { items: page.posts, nextCursor: page.nextCursor };
    }),
    autopost.profiles(undefined),
  ]);
  return { posts, profiles };
}

interface Page<T> {
  items: readonly T[];
  nextCursor?: string | null | undefined;
}

/** Everything that pages give, one after the other. */
async function all<T>(load: (cursor: string | null) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await load(cursor);
    items.push(...page.items);
    cursor = page.nextCursor ?? null;
  } while (cursor !== null);
  return items;
}
