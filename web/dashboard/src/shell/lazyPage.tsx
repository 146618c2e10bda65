import { useQuery } from '@tanstack/react-query';
import { ApiError, Loaded, LoadingScreen } from '@wixapp/react';
import type { ComponentType } from 'react';

interface PageModule {
  default: ComponentType;
}

/**
 * A page whose script comes when it is first shown. It waits while the network is lost, and asks again for a script that
 * could not be had, by itself and by the button of the error: `React.lazy` would keep the first failure for good.
 */
export function lazyPage(name: string, load: () => Promise<PageModule>): ComponentType {
  const ask = () =>
    load().catch(() => {
      throw new ApiError({ code: 'network', message: `The page ${name} could not be loaded.` });
    });
  return function LazyPage() {
    const query = useQuery({
      queryKey: ['page', name],
      queryFn: ask,
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: Number.POSITIVE_INFINITY,
      structuralSharing: false,
    });
    return (
      <Loaded query={query} loading={<LoadingScreen cards={[480]} />}>
        {({ default: Page }) => <Page />}
      </Loaded>
    );
  };
}
