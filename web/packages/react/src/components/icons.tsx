import type { ReactNode } from 'react';

export interface IconProps {
  /** Width and height in CSS pixels. */
  size?: number;
}

/** Every icon stands beside a text or inside a labelled control, so none is announced. */
function Icon({ size = 24, children }: IconProps & { children: ReactNode }) {
  return (
    <svg
      aria-hidden="true"
      className="wxa-icon"
      fill="none"
      focusable="false"
      height={size}
      stroke="currentColor"
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeWidth="1.75"
      viewBox="0 0 24 24"
      width={size}
    >
      {children}
    </svg>
  );
}

/** A filled disc in the text's colour with a white sign on it. */
function Disc({ sign, ...props }: IconProps & { sign: string }) {
  return (
    <Icon {...props}>
      <circle cx="12" cy="12" r="10" fill="currentColor" stroke="none" />
      <path d={sign} stroke="#fff" strokeWidth="2" />
    </Icon>
  );
}

export function InfoIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 11.2v5M12 7.8v.1" />
    </Icon>
  );
}

export function ClockIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 6.8V12l3.4 2.2" />
    </Icon>
  );
}

export function CheckIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="m5 12.6 4.6 4.6L19 7.4" />
    </Icon>
  );
}

export function CloseIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="m7 7 10 10M17 7 7 17" />
    </Icon>
  );
}

export function OpenOutsideIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M10 6H6v12h12v-4M13.5 5H19v5.5M18.5 5.5 11 13" />
    </Icon>
  );
}

export function InfoDisc(props: IconProps) {
  return <Disc {...props} sign="M12 11v5.5M12 7.6v.1" />;
}

export function AlertDisc(props: IconProps) {
  return <Disc {...props} sign="M12 7v6M12 16.6v.1" />;
}

export function DoneDisc(props: IconProps) {
  return <Disc {...props} sign="m7.8 12.4 2.9 2.9 5.6-6" />;
}
