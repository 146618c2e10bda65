export { API_BASE, type ApiClient, createApiClient, type HistoryRange } from './api/client';
export { ApiError } from './api/error';
export { keys } from './api/keys';
export type { RequestOptions, Transport } from './api/request';
export type * from './api/types';
export { Announcement, type AnnouncementProps } from './components/Announcement';
export { BalanceChange } from './components/BalanceChange';
export { CheckoutReturn, type CheckoutReturnProps } from './components/CheckoutReturn';
export { ConnectionStatus } from './components/ConnectionStatus';
export { CreditCard, CreditCardSkeleton } from './components/CreditCard';
export { CycleSwitch, type CycleSwitchProps } from './components/CycleSwitch';
export { EmptyState, type EmptyStateProps } from './components/EmptyState';
export { ErrorBoundary, type ErrorBoundaryProps } from './components/ErrorBoundary';
export { ErrorScreen, type ErrorScreenProps } from './components/ErrorScreen';
export { type IconProps, InfoIcon } from './components/icons';
export { JobBadge, JobProgress, type JobProgressProps } from './components/JobProgress';
export { LoadingScreen, type LoadingScreenProps } from './components/LoadingScreen';
export { PlanCard, type PlanCardProps } from './components/PlanCard';
export { PricingGrid, type PricingGridProps } from './components/PricingGrid';
export { resultUrl } from './components/resultUrl';
export { SessionGate, type SessionGateProps } from './components/SessionGate';
export { ToastHost } from './components/ToastHost';
export {
  type ToastApi,
  type ToastMessage,
  type ToastTone,
  useToast,
} from './context/ToastProvider';
export { useOnline } from './context/useOnline';
export {
  type InstanceData,
  type SessionState,
  useWixContext,
  type WixContextValue,
} from './context/WixContext';
export { WixProvider, type WixProviderProps } from './context/WixProvider';
export { openCheckoutPage, type Purchase, useCheckout } from './hooks/useCheckout';
export {
  type CheckoutReturnParams,
  type CheckoutReturnView,
  type ReturnState,
  useCheckoutReturn,
} from './hooks/useCheckoutReturn';
export { useCreditHistory } from './hooks/useCreditHistory';
export { type CreditsView, useCredits } from './hooks/useCredits';
export { type JobPollerOptions, useJobPoller, useJobs } from './hooks/useJob';
export { usePlans } from './hooks/usePlans';
export { isFinal } from './live/newer';
export type { LiveState } from './live/stream';
export {
  chooseLocale,
  directionOf,
  type MessageCatalog,
  type MessageFactory,
  messagesFor,
} from './messages/catalog';
export { createFormat, type Format } from './messages/format';
export { useMessages, useTexts } from './messages/useMessages';
