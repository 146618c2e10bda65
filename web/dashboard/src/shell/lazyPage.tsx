import { useQuery } from '@tanstack/react-query';
import { ApiError, Loaded, LoadingScreen } from '@wixapp/react';
import type { ComponentType } from 'react';

interface PageModule {
  default: ComponentType;
}

/** A script that is asked for once, when it is first needed; one that could not be had can be asked for again. */
export function useScript<T>(name: string, load: () => Promise<T>, enabled = true) {
  return useQuery({
    queryKey: ['script', name],
    queryFn: () =>
      load().catch(() => {
        throw new ApiError({ code: 'network', message: `The page ${name} could not be loaded.` });
      }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
    enabled,
  });
}

/**
 * A page whose script comes when it is first shown. It waits while the network is lost, and asks again for a script that
 * could not be had, by itself and by the button of the error: `React.lazy` would keep the first failure for good.
 */
export function lazyPage(name: string, load: () => Promise<PageModule>): ComponentType {
  return function LazyPage() {
    return (
      <Loaded query={useScript(name, load)} loading={<LoadingScreen cards={[480]} />}>
        {({ default: Page }) => <Page />}
      </Loaded>
    );
  };
}
