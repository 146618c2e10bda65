import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { NetworkItem, PostImage } from '../posts/types';
import { PostText } from './PostText';
import { PreviewIcon, type PreviewSign } from './PreviewIcon';

export interface NetworkPreviewProps {
  item: NetworkItem;
  text: string;
  images: readonly PostImage[];
  links: readonly string[];
  tags: readonly string[];
}

/** What stands below a post, in the order of each network. */
const BELOW: Record<NetworkItem['network'], readonly PreviewSign[]> = {
  mastodon: ['reply', 'repost', 'star', 'save', 'more'],
  bluesky: ['reply', 'repost', 'heart', 'more'],
  ayrshare: ['heart', 'reply', 'share'],
  fake: ['heart', 'reply'],
};

/** A post as it will look on a network. */
export function NetworkPreview({ item, text, images, links, tags }: NetworkPreviewProps) {
  const { preview: texts, networkNames } = useAutopostMessages();
  const { network, account } = item;
  const name = networkNames[network];
  const who = whoOf(account) ?? name;
  return (
    <article
      className="preview"
      data-network={network}
      data-testid={`preview-${network}`}
      aria-label={texts.label(name)}
    >
      <span className="preview__face" aria-hidden="true">
        {(who.at(0) ?? '').toUpperCase()}
      </span>
      <header className="preview__head">
        <span className="preview__who">
          <strong dir="auto">{who}</strong>
          <bdi>{account ?? name}</bdi>
        </span>
        <span className="preview__now">{texts.now}</span>
      </header>
      <div className="preview__body">
        {text.trim() === '' && images.length === 0 ? (
          <p className="preview__text preview__text--none">{texts.nothing}</p>
        ) : (
          <PostText text={text} links={links} tags={tags} />
        )}
        {images.length > 0 && (
          <div className="preview__images" data-count={Math.min(images.length, 4)}>
            {images.slice(0, 4).map((image) => (
              <img key={image.id} src={image.url} alt={image.alt} />
            ))}
          </div>
        )}
      </div>
      <footer className="preview__foot" aria-hidden="true">
        {BELOW[network].map((sign) => (
          <PreviewIcon key={sign} sign={sign} />
        ))}
      </footer>
    </article>
  );
}

/** The name before the first sign that belongs to an address: `maya` of `@maya@example.social`. */
function whoOf(account: string | null | undefined): string | undefined {
  return account?.replace(/^@/, '').split(/[@.:]/, 1)[0] || undefined;
}
