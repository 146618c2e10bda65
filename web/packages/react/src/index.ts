export {
  API_BASE,
  type ApiClient,
  createApiClient,
  type HistoryFilter,
  type HistoryRange,
  type JobsRange,
  type UsageRange,
} from './api/client.js';
export { ApiError } from './api/error.js';
export { keys } from './api/keys.js';
export type { RequestOptions, Transport } from './api/request.js';
export type * from './api/types.js';
export { Announcement, type AnnouncementProps } from './components/Announcement.js';
export { BalanceChange, type BalanceChangeProps } from './components/BalanceChange.js';
export { Celebration } from './components/Celebration.js';
export { CheckoutReturn, type CheckoutReturnProps } from './components/CheckoutReturn.js';
export { ConnectionStatus } from './components/ConnectionStatus.js';
export { ContactModal, type ContactModalProps } from './components/ContactModal.js';
export { CopyText, type CopyTextProps } from './components/CopyText.js';
export { CreditCard, CreditCardSkeleton } from './components/CreditCard.js';
export { CycleSwitch, type CycleSwitchProps } from './components/CycleSwitch.js';
export { Dialog, type DialogProps } from './components/Dialog.js';
export { EmptyState, type EmptyStateProps } from './components/EmptyState.js';
export { ErrorBoundary, type ErrorBoundaryProps } from './components/ErrorBoundary.js';
export { ErrorScreen, type ErrorScreenProps } from './components/ErrorScreen.js';
export { FailureNote, type FailureNoteProps } from './components/FailureNote.js';
export { type IconProps, InfoIcon } from './components/icons.js';
export {
  JobBadge,
  type JobBadgeProps,
  JobProgress,
  type JobProgressProps,
} from './components/JobProgress.js';
export { Loaded, type LoadedProps } from './components/Loaded.js';
export { LoadingScreen, type LoadingScreenProps } from './components/LoadingScreen.js';
export { LowCreditBanner, type LowCreditBannerProps } from './components/LowCreditBanner.js';
export { PlanCard, type PlanCardProps, type PlanFace } from './components/PlanCard.js';
export { PlanChangeModal, type PlanChangeModalProps } from './components/PlanChangeModal.js';
export { PlanComparison, type PlanComparisonProps } from './components/PlanComparison.js';
export { PreviewModal, type PreviewModalProps } from './components/PreviewModal.js';
export { PricingGrid, type PricingGridProps } from './components/PricingGrid.js';
export { PricingModal, type PricingModalProps } from './components/PricingModal.js';
export { ProgressBar, type ProgressBarProps } from './components/ProgressBar.js';
export { PromoCode } from './components/PromoCode.js';
export { PublicPricing, type PublicPricingProps } from './components/PublicPricing.js';
export { RequestId, type RequestIdProps } from './components/RequestId.js';
export { resultUrl } from './components/resultUrl.js';
export { SessionGate, type SessionGateProps } from './components/SessionGate.js';
export { Toast, type ToastProps } from './components/Toast.js';
export { ToastHost } from './components/ToastHost.js';
export { TopUps } from './components/TopUps.js';
export {
  type ToastApi,
  type ToastMessage,
  type ToastTone,
  useToast,
} from './context/ToastProvider.js';
export type { BiEventData, BiEventName, TrackEvent } from './context/trackEvent.js';
export { useFailureToast } from './context/useFailureToast.js';
export { useOnline } from './context/useOnline.js';
export {
  type InstanceData,
  type SessionState,
  useWixContext,
  type WixContextValue,
} from './context/WixContext.js';
export { WixProvider, type WixProviderProps } from './context/WixProvider.js';
export { CreditHistory, type CreditHistoryProps } from './history/CreditHistory.js';
export { download } from './history/download.js';
export { HistoryExport, type HistoryExportProps } from './history/HistoryExport.js';
export { type HistoryQuery, historyParams, readHistoryQuery } from './history/query.js';
export { type BiEventOptions, useBiEvent } from './hooks/useBiEvent.js';
export { useBiller } from './hooks/useBiller.js';
export { openCheckoutPage, type Purchase, useCheckout } from './hooks/useCheckout.js';
export {
  type CheckoutReturnParams,
  type CheckoutReturnView,
  type ReturnState,
  useCheckoutReturn,
} from './hooks/useCheckoutReturn.js';
export { useCreditHistory, useExplanation } from './hooks/useCreditHistory.js';
export { type CreditsView, useCredits } from './hooks/useCredits.js';
export { useDataDeletion } from './hooks/useDataDeletion.js';
export {
  type JobPagesOptions,
  type JobPollerOptions,
  useJobCancellation,
  useJobPages,
  useJobPoller,
  useJobs,
} from './hooks/useJob.js';
export { useNotices } from './hooks/useNotices.js';
export { usePlanPreview } from './hooks/usePlanPreview.js';
export { usePlans } from './hooks/usePlans.js';
export { usePricing } from './hooks/usePricing.js';
export { usePromo } from './hooks/usePromo.js';
export { usePublicPlans } from './hooks/usePublicPlans.js';
export { useTopUps } from './hooks/useTopUps.js';
export { useUsage } from './hooks/useUsage.js';
export { isFinal } from './live/newer.js';
export type { LiveState } from './live/stream.js';
export {
  chooseLocale,
  directionOf,
  type MessageCatalog,
  type MessageFactory,
  messagesFor,
} from './messages/catalog.js';
export { createFormat, type Format } from './messages/format.js';
export { type Failure, knownFailure, useFailure, useFailureText } from './messages/useFailure.js';
export { PACKAGE_LANGUAGES, useMessages, useTexts } from './messages/useMessages.js';
export { type Forecast, forecast } from './usage/forecast.js';
export { UsageChart, type UsageChartProps } from './usage/UsageChart.js';
export { UsageForecast, type UsageForecastProps } from './usage/UsageForecast.js';
