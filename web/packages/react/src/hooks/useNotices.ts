import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { keys } from '../api/keys.js';
import type { NoticesSettings, NoticesView } from '../api/types.js';
import { useWixContext } from '../context/WixContext.js';

/** Who is written to about this instance, and about what; `save` replaces all of it. */
export function useNotices(enabled = true) {
  const { client, session } = useWixContext();
  const cache = useQueryClient();
  const query = useQuery<NoticesView>({
    queryKey: keys.notices,
    queryFn: ({ signal }) => client.notices({ signal }),
    enabled: enabled && session === 'ok',
  });
  const save = useMutation({
    mutationFn: (settings: NoticesSettings) => client.saveNotices(settings),
    onSuccess: (view) => cache.setQueryData<NoticesView>(keys.notices, view),
  });
  return { ...query, save };
}
