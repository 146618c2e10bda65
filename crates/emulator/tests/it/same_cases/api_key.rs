//! Calls with an API key.

use wixapp_platform::Credential;
use wixapp_platform::data::Collection;

use super::{call, tests};

const KEY: &str = "IST.local-platform";

call! { API_KEY "ApiKeyStrategy"
    "for a site" => |s| {
        let operator = Credential::api_key_for_site(KEY, &s.stage.site_id()).unwrap();
        s.client.create_collection(&operator, &Collection::new("ByKey")).await.unwrap();
        assert!(s.client.collection(&s.instance, "ByKey").await.is_ok());
    }
    "for an account, of a call about a site" => |s| {
        let operator = Credential::api_key_for_account(KEY, "an-account").unwrap();
        let error = s.client.collection(&operator, "Any").await.unwrap_err();
        assert_eq!(error.status(), Some(400));
    }
    "a key that is none" => |s| {
        let nobody = Credential::api_key_for_site("IST.none", &s.stage.site_id()).unwrap();
        let error = s.client.collection(&nobody, "Any").await.unwrap_err();
        assert_eq!((error.status(), error.is_unauthorized()), (Some(401), true));
    }
}

tests! { api_key: API_KEY }
