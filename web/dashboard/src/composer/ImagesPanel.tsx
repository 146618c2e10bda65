import { Button, Text } from '@wix/design-system';
import { type FormEvent, useId, useRef, useState } from 'react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { PostImage } from '../posts/types';
import { Panel } from '../shell/Panel';
import type { ProblemsByPlace } from './Composer';
import { PendingTile } from './PendingTile';
import { Problems } from './Problems';
import type { ComposerView } from './useComposer';
import { IMAGE_TYPES, useImages } from './useImages';

interface ImagesPanelProps {
  view: ComposerView;
  problems: ProblemsByPlace;
}

/** The images of the post, with words for those who cannot see them. */
export function ImagesPanel({ view, problems }: ImagesPanelProps) {
  const { composer: texts } = useAutopostMessages();
  const { draft, change } = view;
  // Several may arrive one after the other: each is added to what is there by then.
  const newest = useRef(draft.images);
  newest.current = draft.images;
  const set = (images: readonly PostImage[]) => {
    newest.current = images;
    change({ images });
  };
  const images = useImages((image) => set([...newest.current, image]));
  return (
    <Panel title={texts.imagesTitle} subtitle={texts.imagesSubtitle}>
      {draft.images.length + images.pending.length > 0 && (
        <ul className="tiles">
          {draft.images.map((image, index) => (
            <Tile
              key={image.id}
              image={image}
              number={index + 1}
              onAlt={(alt) =>
                set(draft.images.map((each) => (each.id === image.id ? { ...each, alt } : each)))
              }
              onRemove={() => set(draft.images.filter(({ id }) => id !== image.id))}
            />
          ))}
          {images.pending.map((image) => (
            <PendingTile
              key={image.key}
              image={image}
              onDismiss={() => images.dismiss(image.key)}
            />
          ))}
        </ul>
      )}
      <div className="images__add">
        <Upload onFiles={(files) => void images.upload(files)} />
        <FromAddress onAddress={images.fetchFrom} />
      </div>
      <Problems texts={problems.at('images')} />
    </Panel>
  );
}

interface TileProps {
  image: PostImage;
  number: number;
  onAlt(alt: string): void;
  onRemove(): void;
}

function Tile({ image, number, onAlt, onRemove }: TileProps) {
  const { composer: texts } = useAutopostMessages();
  const id = useId();
  return (
    <li className="tile" data-testid="composer-image">
      <img src={image.url} alt={image.alt || texts.image(number)} width="96" height="96" />
      <div className="wxa-field tile__alt">
        <label htmlFor={id}>{texts.alt(number)}</label>
        <input
          id={id}
          dir="auto"
          maxLength={1_000}
          value={image.alt}
          placeholder={texts.altPlaceholder}
          onChange={(event) => onAlt(event.target.value)}
          data-testid="image-alt"
        />
        <button
          type="button"
          className="wxa-link-button tile__remove"
          onClick={onRemove}
          aria-label={`${texts.removeImage}: ${texts.image(number)}`}
          data-testid="image-remove"
        >
          {texts.removeImage}
        </button>
      </div>
    </li>
  );
}

function Upload({ onFiles }: { onFiles(files: Iterable<File>): void }) {
  const { composer: texts } = useAutopostMessages();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div>
      <input
        ref={input}
        type="file"
        className="wxa-sr-only"
        tabIndex={-1}
        aria-label={texts.upload}
        accept={IMAGE_TYPES}
        multiple
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          // The same file may be chosen again after it was removed.
          event.target.value = '';
        }}
        data-testid="image-file"
      />
      <Button
        size="small"
        priority="secondary"
        onClick={() => input.current?.click()}
        data-testid="image-upload"
      >
        {texts.upload}
      </Button>
      <Text size="tiny" secondary className="images__hint">
        {texts.uploadHint}
      </Text>
    </div>
  );
}

function FromAddress({ onAddress }: { onAddress(url: string): Promise<boolean> }) {
  const { composer: texts } = useAutopostMessages();
  const [address, setAddress] = useState('');
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = address.trim();
    if (wanted === '') return;
    void onAddress(wanted).then((isThere) => {
      if (isThere) setAddress((written) => (written.trim() === wanted ? '' : written));
    });
  };
  return (
    <form className="images__address" onSubmit={submit} noValidate>
      <div className="wxa-field">
        <label htmlFor={id}>{texts.address}</label>
        <input
          id={id}
          type="url"
          dir="ltr"
          value={address}
          placeholder="https://"
          onChange={(event) => setAddress(event.target.value)}
          data-testid="image-address"
        />
      </div>
      <Button
        type="submit"
        size="small"
        priority="secondary"
        disabled={address.trim() === ''}
        data-testid="image-fetch"
      >
        {texts.addAddress}
      </Button>
    </form>
  );
}
