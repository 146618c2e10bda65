import { useState } from 'react';
import type { PostImage } from '../posts/types';
import { useAutopost } from '../posts/useAutopost';

/** The server's own limit for what is sent to it. */
const LARGEST_BYTES = 10 * 1024 * 1024;
const TYPES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

export const IMAGE_TYPES = TYPES.join(',');

/** An image on its way, or one that did not arrive. */
export interface PendingImage {
  key: number;
  /** The name of its file, or its address. */
  name: string;
  problem: { reason: 'large' | 'type' } | { error: unknown } | null;
}

let nextKey = 1;

/** Brings images to the server one beside the other; those that arrived go to `onArrived`. */
export function useImages(onArrived: (image: PostImage) => void) {
  const api = useAutopost();
  const [pending, setPending] = useState<readonly PendingImage[]>([]);
  const dismiss = (key: number) =>
    setPending((known) => known.filter((image) => image.key !== key));
  const fail = (key: number, problem: PendingImage['problem']) =>
    setPending((known) => known.map((each) => (each.key === key ? { ...each, problem } : each)));

  async function bring(name: string, load: () => Promise<PostImage>): Promise<boolean> {
    const key = nextKey++;
    setPending((known) => [...known, { key, name, problem: null }]);
    try {
      onArrived(await load());
      dismiss(key);
      return true;
    } catch (error) {
      fail(key, error instanceof Refused ? { reason: error.reason } : { error });
      return false;
    }
  }

  return {
    pending,
    dismiss,
    upload: (files: Iterable<File>) =>
      Promise.all(
        [...files].map((file) =>
          bring(file.name, async () => {
            if (!TYPES.includes(file.type)) throw new Refused('type');
            if (file.size > LARGEST_BYTES) throw new Refused('large');
            return api.uploadImage(file);
          }),
        ),
      ),
    fetchFrom: (url: string) => bring(url, () => api.fetchImage(url)),
  };
}

class Refused extends Error {
  readonly reason: 'large' | 'type';
  constructor(reason: 'large' | 'type') {
    super(reason);
    this.reason = reason;
  }
}
