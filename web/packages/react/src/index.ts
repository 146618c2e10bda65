export {
  API_BASE,
  type ApiClient,
  createApiClient,
  type HistoryFilter,
  type HistoryRange,
  type JobsRange,
  type UsageRange,
} from './api/client';
export { ApiError } from './api/error';
export { keys } from './api/keys';
export type { RequestOptions, Transport } from './api/request';
export type * from './api/types';
export { Announcement, type AnnouncementProps } from './components/Announcement';
export { BalanceChange, type BalanceChangeProps } from './components/BalanceChange';
export { Celebration } from './components/Celebration';
export { CheckoutReturn, type CheckoutReturnProps } from './components/CheckoutReturn';
export { ConnectionStatus } from './components/ConnectionStatus';
export { ContactModal, type ContactModalProps } from './components/ContactModal';
export { CopyText, type CopyTextProps } from './components/CopyText';
export { CreditCard, CreditCardSkeleton } from './components/CreditCard';
export { CycleSwitch, type CycleSwitchProps } from './components/CycleSwitch';
export { Dialog, type DialogProps } from './components/Dialog';
export { EmptyState, type EmptyStateProps } from './components/EmptyState';
export { ErrorBoundary, type ErrorBoundaryProps } from './components/ErrorBoundary';
export { ErrorScreen, type ErrorScreenProps } from './components/ErrorScreen';
export { type IconProps, InfoIcon } from './components/icons';
export {
  JobBadge,
  type JobBadgeProps,
  JobProgress,
  type JobProgressProps,
} from './components/JobProgress';
export { Loaded, type LoadedProps } from './components/Loaded';
export { LoadingScreen, type LoadingScreenProps } from './components/LoadingScreen';
export { LowCreditBanner, type LowCreditBannerProps } from './components/LowCreditBanner';
export { PlanCard, type PlanCardProps, type PlanFace } from './components/PlanCard';
export { PlanChangeModal, type PlanChangeModalProps } from './components/PlanChangeModal';
export { PlanComparison, type PlanComparisonProps } from './components/PlanComparison';
export { PreviewModal, type PreviewModalProps } from './components/PreviewModal';
export { PricingGrid, type PricingGridProps } from './components/PricingGrid';
export { PricingModal, type PricingModalProps } from './components/PricingModal';
export { ProgressBar, type ProgressBarProps } from './components/ProgressBar';
export { PromoCode } from './components/PromoCode';
export { PublicPricing, type PublicPricingProps } from './components/PublicPricing';
export { resultUrl } from './components/resultUrl';
export { SessionGate, type SessionGateProps } from './components/SessionGate';
export { Toast, type ToastProps } from './components/Toast';
export { ToastHost } from './components/ToastHost';
export { TopUps } from './components/TopUps';
export {
  type ToastApi,
  type ToastMessage,
  type ToastTone,
  useToast,
} from './context/ToastProvider';
export type { BiEventData, BiEventName, TrackEvent } from './context/trackEvent';
export { useOnline } from './context/useOnline';
export {
  type InstanceData,
  type SessionState,
  useWixContext,
  type WixContextValue,
} from './context/WixContext';
export { WixProvider, type WixProviderProps } from './context/WixProvider';
export { CreditHistory, type CreditHistoryProps } from './history/CreditHistory';
export { download } from './history/download';
export { HistoryExport, type HistoryExportProps } from './history/HistoryExport';
export { type HistoryQuery, historyParams, readHistoryQuery } from './history/query';
export { type BiEventOptions, useBiEvent } from './hooks/useBiEvent';
export { openCheckoutPage, type Purchase, useCheckout } from './hooks/useCheckout';
export {
  type CheckoutReturnParams,
  type CheckoutReturnView,
  type ReturnState,
  useCheckoutReturn,
} from './hooks/useCheckoutReturn';
export { useCreditHistory, useExplanation } from './hooks/useCreditHistory';
export { type CreditsView, useCredits } from './hooks/useCredits';
export { useDataDeletion } from './hooks/useDataDeletion';
export {
  type JobPagesOptions,
  type JobPollerOptions,
  useJobCancellation,
  useJobPages,
  useJobPoller,
  useJobs,
} from './hooks/useJob';
export { useNotices } from './hooks/useNotices';
export { usePlanPreview } from './hooks/usePlanPreview';
export { usePlans } from './hooks/usePlans';
export { usePricing } from './hooks/usePricing';
export { usePromo } from './hooks/usePromo';
export { usePublicPlans } from './hooks/usePublicPlans';
export { useTopUps } from './hooks/useTopUps';
export { useUsage } from './hooks/useUsage';
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
export { useFailureText } from './messages/useFailureText';
export { PACKAGE_LANGUAGES, useMessages, useTexts } from './messages/useMessages';
export { type Forecast, forecast } from './usage/forecast';
export { UsageChart, type UsageChartProps } from './usage/UsageChart';
export { UsageForecast, type UsageForecastProps } from './usage/UsageForecast';
