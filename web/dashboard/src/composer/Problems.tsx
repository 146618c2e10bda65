import { Text } from '@wix/design-system';

/** What is wrong at one place, said as soon as it is known. */
export function Problems({ id, texts }: { id?: string; texts: readonly string[] }) {
  return (
    <div className="problems" id={id} role="status">
      {texts.map((text) => (
        <Text key={text} size="small" skin="error">
          <span data-testid="problem">{text}</span>
        </Text>
      ))}
    </div>
  );
}
