import type { ApiClient, HistoryEntry } from '@wixapp/react';

const PAGE = 100;

/** Everything the server tells the owner about this installation, as one document. */
export async function collectData(client: ApiClient) {
  const [status, notices, { jobs }, history] = await Promise.all([
    client.status(),
    client.notices(),
    client.jobs(PAGE),
    allEntries(client),
  ]);
  return { exportedAt: status.now, status, notices: notices.settings, jobs, history };
}

async function allEntries(client: ApiClient): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  let cursor: string | null | undefined = null;
  do {
    const page = await client.history({ limit: PAGE, cursor });
    entries.push(...page.entries);
    cursor = page.nextCursor;
  } while (cursor);
  return entries;
}
