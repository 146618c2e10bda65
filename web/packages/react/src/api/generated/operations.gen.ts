// This file is auto-generated from api/openapi.json

import type {
  BiEventData,
  BiEventResponse,
  BillingCheckoutDismissData,
  BillingCheckoutDismissResponse,
  BillingCheckoutReturnData,
  BillingCheckoutReturnResponse,
  BillingCheckoutShowData,
  BillingCheckoutShowResponse,
  BillingCheckoutUrlData,
  BillingCheckoutUrlResponse,
  BillingCheckoutUrlOlderData,
  BillingCheckoutUrlOlderResponse,
  BillingPlansData,
  BillingPlansResponse,
  BillingPortalUrlData,
  BillingPortalUrlResponse,
  BillingPreviewData,
  BillingPreviewResponse,
  BillingPromoData,
  BillingPromoResponse,
  BillingPublicPlansData,
  BillingPublicPlansResponse,
  BillingTopUpCheckoutUrlData,
  BillingTopUpCheckoutUrlResponse,
  BillingTopUpsData,
  BillingTopUpsResponse,
  CreditsBalanceData,
  CreditsBalanceResponse,
  CreditsExplainData,
  CreditsExplainResponse,
  CreditsHistoryData,
  CreditsHistoryResponse,
  CreditsPostData,
  CreditsPostResponse,
  CreditsReserveData,
  CreditsReserveResponse,
  CreditsSpendData,
  CreditsSpendResponse,
  CreditsUsageData,
  CreditsUsageResponse,
  CreditsVoidData,
  CreditsVoidResponse,
  JobsCancelData,
  JobsCancelResponse,
  JobsListData,
  JobsListResponse,
  JobsShowData,
  JobsShowResponse,
  SettingsDataDeleteData,
  SettingsDataDeleteResponse,
  SettingsNoticesData,
  SettingsNoticesResponse,
  SettingsNoticesSaveData,
  SettingsNoticesSaveResponse,
  UserStatusData,
  UserStatusResponse,
} from './types.gen.js';

/** What each call takes and answers. */
export interface Operations {
  biEvent: { input: Omit<BiEventData, 'url'>; path: BiEventData['url']; answer: BiEventResponse };
  billingCheckoutDismiss: {
    input: Omit<BillingCheckoutDismissData, 'url'>;
    path: BillingCheckoutDismissData['url'];
    answer: BillingCheckoutDismissResponse;
  };
  billingCheckoutReturn: {
    input: Omit<BillingCheckoutReturnData, 'url'>;
    path: BillingCheckoutReturnData['url'];
    answer: BillingCheckoutReturnResponse;
  };
  billingCheckoutShow: {
    input: Omit<BillingCheckoutShowData, 'url'>;
    path: BillingCheckoutShowData['url'];
    answer: BillingCheckoutShowResponse;
  };
  billingCheckoutUrl: {
    input: Omit<BillingCheckoutUrlData, 'url'>;
    path: BillingCheckoutUrlData['url'];
    answer: BillingCheckoutUrlResponse;
  };
  billingCheckoutUrlOlder: {
    input: Omit<BillingCheckoutUrlOlderData, 'url'>;
    path: BillingCheckoutUrlOlderData['url'];
    answer: BillingCheckoutUrlOlderResponse;
  };
  billingPlans: {
    input: Omit<BillingPlansData, 'url'>;
    path: BillingPlansData['url'];
    answer: BillingPlansResponse;
  };
  billingPortalUrl: {
    input: Omit<BillingPortalUrlData, 'url'>;
    path: BillingPortalUrlData['url'];
    answer: BillingPortalUrlResponse;
  };
  billingPreview: {
    input: Omit<BillingPreviewData, 'url'>;
    path: BillingPreviewData['url'];
    answer: BillingPreviewResponse;
  };
  billingPromo: {
    input: Omit<BillingPromoData, 'url'>;
    path: BillingPromoData['url'];
    answer: BillingPromoResponse;
  };
  billingPublicPlans: {
    input: Omit<BillingPublicPlansData, 'url'>;
    path: BillingPublicPlansData['url'];
    answer: BillingPublicPlansResponse;
  };
  billingTopUpCheckoutUrl: {
    input: Omit<BillingTopUpCheckoutUrlData, 'url'>;
    path: BillingTopUpCheckoutUrlData['url'];
    answer: BillingTopUpCheckoutUrlResponse;
  };
  billingTopUps: {
    input: Omit<BillingTopUpsData, 'url'>;
    path: BillingTopUpsData['url'];
    answer: BillingTopUpsResponse;
  };
  creditsBalance: {
    input: Omit<CreditsBalanceData, 'url'>;
    path: CreditsBalanceData['url'];
    answer: CreditsBalanceResponse;
  };
  creditsExplain: {
    input: Omit<CreditsExplainData, 'url'>;
    path: CreditsExplainData['url'];
    answer: CreditsExplainResponse;
  };
  creditsHistory: {
    input: Omit<CreditsHistoryData, 'url'>;
    path: CreditsHistoryData['url'];
    answer: CreditsHistoryResponse;
  };
  creditsPost: {
    input: Omit<CreditsPostData, 'url'>;
    path: CreditsPostData['url'];
    answer: CreditsPostResponse;
  };
  creditsReserve: {
    input: Omit<CreditsReserveData, 'url'>;
    path: CreditsReserveData['url'];
    answer: CreditsReserveResponse;
  };
  creditsSpend: {
    input: Omit<CreditsSpendData, 'url'>;
    path: CreditsSpendData['url'];
    answer: CreditsSpendResponse;
  };
  creditsUsage: {
    input: Omit<CreditsUsageData, 'url'>;
    path: CreditsUsageData['url'];
    answer: CreditsUsageResponse;
  };
  creditsVoid: {
    input: Omit<CreditsVoidData, 'url'>;
    path: CreditsVoidData['url'];
    answer: CreditsVoidResponse;
  };
  jobsCancel: {
    input: Omit<JobsCancelData, 'url'>;
    path: JobsCancelData['url'];
    answer: JobsCancelResponse;
  };
  jobsList: {
    input: Omit<JobsListData, 'url'>;
    path: JobsListData['url'];
    answer: JobsListResponse;
  };
  jobsShow: {
    input: Omit<JobsShowData, 'url'>;
    path: JobsShowData['url'];
    answer: JobsShowResponse;
  };
  settingsDataDelete: {
    input: Omit<SettingsDataDeleteData, 'url'>;
    path: SettingsDataDeleteData['url'];
    answer: SettingsDataDeleteResponse;
  };
  settingsNotices: {
    input: Omit<SettingsNoticesData, 'url'>;
    path: SettingsNoticesData['url'];
    answer: SettingsNoticesResponse;
  };
  settingsNoticesSave: {
    input: Omit<SettingsNoticesSaveData, 'url'>;
    path: SettingsNoticesSaveData['url'];
    answer: SettingsNoticesSaveResponse;
  };
  userStatus: {
    input: Omit<UserStatusData, 'url'>;
    path: UserStatusData['url'];
    answer: UserStatusResponse;
  };
}

/** The method and the path of each call. */
export const operations: {
  readonly [Name in keyof Operations]: {
    readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
    readonly path: Operations[Name]['path'];
  };
} = {
  biEvent: { method: 'POST', path: '/api/v1/wix/bi-event' },
  billingCheckoutDismiss: {
    method: 'POST',
    path: '/api/v1/wix/billing/checkout/{checkoutId}/dismiss',
  },
  billingCheckoutReturn: {
    method: 'POST',
    path: '/api/v1/wix/billing/checkout/{checkoutId}/return',
  },
  billingCheckoutShow: { method: 'GET', path: '/api/v1/wix/billing/checkout/{checkoutId}' },
  billingCheckoutUrl: { method: 'POST', path: '/api/v1/wix/billing/checkout-url' },
  billingCheckoutUrlOlder: { method: 'POST', path: '/api/billing/checkout-url' },
  billingPlans: { method: 'GET', path: '/api/v1/wix/billing/plans' },
  billingPortalUrl: { method: 'POST', path: '/api/v1/wix/billing/portal-url' },
  billingPreview: { method: 'GET', path: '/api/v1/wix/billing/preview' },
  billingPromo: { method: 'POST', path: '/api/v1/wix/billing/promo' },
  billingPublicPlans: { method: 'GET', path: '/api/v1/wix/billing/public-plans' },
  billingTopUpCheckoutUrl: { method: 'POST', path: '/api/v1/wix/billing/top-ups/checkout-url' },
  billingTopUps: { method: 'GET', path: '/api/v1/wix/billing/top-ups' },
  creditsBalance: { method: 'GET', path: '/api/v1/wix/credits/balance' },
  creditsExplain: { method: 'GET', path: '/api/v1/wix/credits/explain/{entryId}' },
  creditsHistory: { method: 'GET', path: '/api/v1/wix/credits/history' },
  creditsPost: { method: 'POST', path: '/api/v1/wix/credits/post' },
  creditsReserve: { method: 'POST', path: '/api/v1/wix/credits/reserve' },
  creditsSpend: { method: 'POST', path: '/api/v1/wix/credits/spend' },
  creditsUsage: { method: 'GET', path: '/api/v1/wix/credits/usage' },
  creditsVoid: { method: 'POST', path: '/api/v1/wix/credits/void' },
  jobsCancel: { method: 'POST', path: '/api/v1/wix/jobs/{jobId}/cancel' },
  jobsList: { method: 'GET', path: '/api/v1/wix/jobs' },
  jobsShow: { method: 'GET', path: '/api/v1/wix/jobs/{jobId}' },
  settingsDataDelete: { method: 'DELETE', path: '/api/v1/wix/settings/data' },
  settingsNotices: { method: 'GET', path: '/api/v1/wix/settings/notices' },
  settingsNoticesSave: { method: 'PUT', path: '/api/v1/wix/settings/notices' },
  userStatus: { method: 'GET', path: '/api/v1/wix/user/status' },
};
