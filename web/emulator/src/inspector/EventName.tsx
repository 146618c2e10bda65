import { Fragment } from 'react';

/** An event's name that may break between its words, but never inside one. */
export function EventName({ name }: { name: string }) {
  return name.split(/(?<=[a-z])(?=[A-Z])/).map((word, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the words of one name never change their order
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {word}
    </Fragment>
  ));
}
