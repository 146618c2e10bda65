import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useWixContext } from '../context/WixContext.js';

/** Has the personal data of this instance deleted for good; everything on the page is read anew afterwards. */
export function useDataDeletion() {
  const { client } = useWixContext();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => client.deleteData(),
    onSuccess: () => cache.invalidateQueries(),
  });
}
