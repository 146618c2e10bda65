import { Button } from '@wix/design-system';
import { CopyIcon } from '../shell/icons';
import { type Request, toCurl } from './curl';

interface CopyCurlProps {
  request: Request | null;
  onNote: (note: string) => void;
}

export function CopyCurl({ request, onNote }: CopyCurlProps) {
  const copy = (text: string) =>
    navigator.clipboard
      .writeText(text)
      .then(() => onNote('Copied as a curl command.'))
      .catch(() => onNote('The browser does not allow copying here.'));
  return (
    <Button
      data-testid="copy-curl"
      disabled={request === null}
      onClick={() => request !== null && void copy(toCurl(request))}
      prefixIcon={<CopyIcon size={18} />}
      priority="secondary"
      size="small"
    >
      Copy as curl
    </Button>
  );
}
