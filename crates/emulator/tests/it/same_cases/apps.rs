//! Tokens, the app's install, its plan and its purchases.

use reqwest::Url;
use wixapp_emulator::Card;
use wixapp_platform::access_token::SubjectType;
use wixapp_platform::api::billing::BillingCycle;
use wixapp_platform::{CheckoutRequest, Credential};

use super::scene::{Scene, client};
use super::{call, tests};

/// The token with which the dashboard opens the app's page.
fn page_token(s: &Scene) -> String {
    let url = Url::parse(&s.stage.emulator.app_url(&s.stage.site_id()).unwrap()).unwrap();
    url.query_pairs().find(|(name, _)| name == "instance").unwrap().1.into_owned()
}

call! { CLIENT_CREDENTIALS "POST /oauth2/token by client credentials"
    "one token serves many calls" => |s| {
        let first = s.client.access_token(&s.instance).await.unwrap();
        s.client.app_instance(&s.instance).await.unwrap();
        assert_eq!(s.client.access_token(&s.instance).await.unwrap().expose(), first.expose());
    }
    "a wrong secret" => |s| {
        let error = client(&s.stage, &"x".repeat(32)).access_token(&s.instance).await.unwrap_err();
        assert_eq!((error.status(), error.is_unauthorized()), (Some(401), true));
    }
    "an instance that is not there" => |s| {
        let error = s.client.access_token(&"none".parse().unwrap()).await.unwrap_err();
        assert_eq!((error.status(), error.is_not_found()), (Some(404), true));
    }
}

call! { TOKEN_INFO "auth.getTokenInfo"
    "of the page's token" => |s| {
        let info = s.client.token_info(&page_token(s)).await.unwrap();
        assert_eq!((&info.instance_id, &info.subject_type), (&s.instance, &SubjectType::User));
        assert_eq!((info.is_owner(), info.site_id), (true, Some(s.stage.site_id())));
        assert!(info.expires_at > s.stage.now());
    }
}

call! { ELEVATED "AppStrategy.elevated"
    "from the page's token to the app" => |s| {
        let info = s.client.token_info(&page_token(s)).await.unwrap();
        let found = s.client.app_instance(&info.instance_id).await.unwrap();
        assert_eq!(found.instance.instance_id, s.instance);
    }
    "not with a token of nobody" => |s| {
        assert!(s.client.token_info("none.none").await.unwrap_err().is_refused());
    }
}

call! { ELEVATE "auth.elevate"
    "a call runs as the app" => |s| {
        let found = s.client.app_instance(Credential::instance(&s.instance)).await.unwrap();
        assert_eq!(found.instance.instance_id, s.instance);
    }
}

call! { WITH_AUTH "client.fetchWithAuth"
    "sends the token raw, and it is taken" => |s| {
        let token = s.client.access_token(&s.instance).await.unwrap();
        let found = s.client.app_instance(Credential::access_token(token)).await.unwrap();
        assert_eq!(found.instance.instance_id, s.instance);
    }
}

call! { APP_INSTANCE "appInstances.getAppInstance"
    "a free one" => |s| {
        let found = s.client.app_instance(&s.instance).await.unwrap();
        assert_eq!((&found.instance.instance_id, found.instance.is_free), (&s.instance, true));
        assert!(found.instance.billing.is_none() && !found.instance.available_plans.is_empty());
        assert_eq!(found.site.site_id, Some(s.stage.site_id()));
    }
    "a paid one" => |_s| {
        let s = Scene::new().await;
        let order = CheckoutRequest { billing_cycle: Some(BillingCycle::Yearly), ..CheckoutRequest::new("starter-plan") };
        let checkout = s.client.checkout_url(&s.instance, &order).await.unwrap();
        s.stage.emulator.pay(&checkout.token, &Card::paying()).await.unwrap();
        let found = s.client.app_instance(&s.instance).await.unwrap().instance;
        let billing = found.billing.unwrap();
        assert_eq!((found.is_free, billing.billing_cycle), (false, Some(BillingCycle::Yearly)));
        assert!(billing.expiration_date.unwrap() > s.stage.now());
        let purchases = s.client.purchases(&s.instance).await.unwrap();
        assert_eq!((purchases.len(), purchases[0].billing_cycle.clone()), (1, Some(BillingCycle::Yearly)));
        assert!(purchases[0].bought_at.is_some());
    }
}

call! { CHECKOUT "billing.getUrl"
    "of a plan" => |s| {
        let checkout = s.client.checkout_url(&s.instance, &CheckoutRequest::new("starter-plan")).await.unwrap();
        assert!(checkout.checkout_url.starts_with(&format!("{}/checkout/", s.stage.base)));
        assert!(!checkout.token.is_empty());
    }
    "of a plan that is not on sale" => |s| {
        let error = s.client.checkout_url(&s.instance, &CheckoutRequest::new("platinum")).await.unwrap_err();
        assert!(error.is_invalid());
    }
}

call! { HISTORY "billing.getPurchaseHistory"
    "nothing yet" => |s| { assert!(s.client.purchases(&s.instance).await.unwrap().is_empty()); }
}

tests! {
    client_credentials: CLIENT_CREDENTIALS,
    token_info: TOKEN_INFO,
    elevated: ELEVATED,
    elevate: ELEVATE,
    with_auth: WITH_AUTH,
    app_instance: APP_INSTANCE,
    checkout: CHECKOUT,
    history: HISTORY,
}
