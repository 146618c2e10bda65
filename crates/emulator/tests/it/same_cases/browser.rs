//! The addresses at which browsers arrive, asked as a browser asks.

use reqwest::{Method, RequestBuilder, Url};
use wixapp_emulator::AppSettings;
use wixapp_platform::{AppSecret, InstanceTokenVerifier};

use super::scene::Scene;
use super::{call, tests};
use crate::stage::{APP_ID, SECRET};

/// What a browser gets: the status, the page, and where it is led.
async fn browse(request: RequestBuilder) -> (u16, String, Option<Url>) {
    let answer = request.send().await.unwrap();
    let target = answer.headers().get("location").map(|target| target.to_str().unwrap().parse().unwrap());
    (answer.status().as_u16(), answer.text().await.unwrap(), target)
}

async fn see(s: &Scene, path: &str) -> (u16, String, Option<Url>) {
    browse(s.stage.request(Method::GET, path)).await
}

/// What an app with custom authentication asks the owner, with one field changed or left out.
async fn question(s: &Scene, change: Option<(&str, Option<&str>)>) -> String {
    let (token, back) = (s.installer_token().await, format!("{}/callback", s.stage.app_url));
    let fields = [("redirectUrl", &*back), ("appId", APP_ID), ("state", "s&t=<1>"), ("token", &*token)];
    let mut form = Url::parse("http://form.example").unwrap();
    for (name, value) in fields {
        let value = change.filter(|(changed, _)| *changed == name).map_or(Some(value), |(_, other)| other);
        form.query_pairs_mut().extend_pairs(value.map(|value| (name, value)));
    }
    form.query().unwrap().to_owned()
}

async fn asked(s: &Scene, question: &str) -> (u16, String, Option<Url>) {
    see(s, &format!("/installer/install?{question}")).await
}

async fn agreed(s: &Scene, question: String) -> (u16, String, Option<Url>) {
    let form = s.stage.request(Method::POST, "/installer/install");
    browse(form.header("content-type", "application/x-www-form-urlencoded").body(question)).await
}

call! { CONSENT "the consent of an owner (custom authentication)"
    "asks for what the app may do" => |s| {
        let (status, page, _) = asked(s, &question(s, None).await).await;
        assert_eq!(status, 200);
        for text in ["My app", "Read Data Items", "s&amp;t=&lt;1&gt;", "<form"] {
            assert!(page.contains(text), "{text}: {page}");
        }
    }
    "leads back with a code, the instance and the state" => |s| {
        let (status, _, target) = agreed(s, question(s, None).await).await;
        let target = target.unwrap();
        assert_eq!((status, target.path()), (303, "/callback"));
        let fields: Vec<(String, String)> = target.query_pairs().into_owned().collect();
        let [(code, given), instance, state] = fields.try_into().unwrap();
        assert!(code == "code" && !given.is_empty());
        assert_eq!(instance, ("instanceId".to_owned(), s.instance.to_string()));
        assert_eq!(state, ("state".to_owned(), "s&t=<1>".to_owned()));
    }
    "without a token the owner chooses a site" => |s| {
        let bare = question(s, Some(("token", None))).await;
        let (status, page, _) = asked(s, &bare).await;
        assert_eq!((status, page.matches("<li><a href=").count()), (200, s.stage.emulator.sites().len()));
        assert_eq!(agreed(s, bare).await.0, 400);
    }
    "nowhere but to the app" => |s| {
        for elsewhere in ["https://evil.example/", &format!("{}@evil.example/", s.stage.app_url)] {
            let elsewhere = question(s, Some(("redirectUrl", Some(elsewhere)))).await;
            assert_eq!(asked(s, &elsewhere).await.0, 400);
            let (status, _, target) = agreed(s, elsewhere).await;
            assert_eq!((status, target), (400, None));
        }
    }
    "for another app, with a token of nobody" => |s| {
        for (field, value, expected) in [("appId", "another", 400), ("token", "nobody", 401)] {
            let wrong = question(s, Some((field, Some(value)))).await;
            assert_eq!(asked(s, &wrong).await.0, expected);
            let (status, _, target) = agreed(s, wrong).await;
            assert_eq!((status, target), (expected, None));
        }
    }
}

call! { CLOSE "the end of the installer (custom authentication)"
    "leads to the app in the dashboard" => |s| {
        let token = s.client.access_token(&s.instance).await.unwrap();
        let (status, page, _) = see(s, &format!("/installer/close-window?access_token={}", token.expose())).await;
        let home = format!("/dashboard/{}/app/{APP_ID}", s.stage.site_id());
        assert_eq!((status, page.contains(&home)), (200, true));
    }
    "with a token of nobody" => |s| {
        assert_eq!(see(s, "/installer/close-window?access_token=nobody").await.0, 401);
    }
    "without a token" => |s| { assert_eq!(see(s, "/installer/close-window").await.0, 400); }
}

async fn follow(s: &Scene, app: &str, instance: &str) -> (u16, Option<Url>) {
    let (status, _, target) = see(s, &format!("/apps/upgrade/{app}?appInstanceId={instance}")).await;
    (status, target)
}

call! { UPGRADE "the upgrade link of an owner"
    "leads to the pricing page, signed for the owner" => |s| {
        let (status, target) = follow(s, APP_ID, s.instance.as_str()).await;
        let target = target.unwrap();
        let (place, token) = target.as_str().split_once("?instance=").unwrap();
        assert_eq!((status, place), (303, &*format!("{}/plans", s.stage.app_url)));
        let verifier = InstanceTokenVerifier::new(vec![AppSecret::new(SECRET).unwrap()]);
        let claims = verifier.verify(token, s.stage.now()).unwrap();
        assert_eq!((&claims.instance_id, claims.is_owner()), (&s.instance, true));
    }
    "without an instance to the pricing page for nobody" => |s| {
        let (status, _, target) = see(s, &format!("/apps/upgrade/{APP_ID}")).await;
        assert_eq!((status, target.unwrap().as_str()), (303, &*format!("{}/plans", s.stage.app_url)));
    }
    "of an app, of an instance that is not there" => |s| {
        for (app, instance) in [("another", s.instance.as_str()), (APP_ID, "none")] {
            assert_eq!(follow(s, app, instance).await, (404, None));
        }
    }
    "of an app that was removed" => |_s| {
        let s = Scene::new().await;
        s.stage.emulator.uninstall(&s.stage.site_id()).await.unwrap();
        assert_eq!(follow(&s, APP_ID, s.instance.as_str()).await, (409, None));
    }
    "of an app without a pricing page" => |_s| {
        let s = Scene::new().await;
        let settings = AppSettings { external_pricing_page: false, ..AppSettings::default() };
        s.stage.emulator.set_settings(settings).unwrap();
        let (status, target) = follow(&s, APP_ID, s.instance.as_str()).await;
        let manage = format!("{}/dashboard/{}/manage-apps", s.stage.base, s.stage.site_id());
        assert_eq!((status, target.unwrap().as_str()), (303, &*manage));
    }
}

tests! { consent: CONSENT, close: CLOSE, upgrade: UPGRADE }
