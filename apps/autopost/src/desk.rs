//! [`Desk`]: what handlers and jobs share.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use wixapp::core::InstanceId;
use wixapp::core::Timestamp;
use wixapp::platform::{AppSecret, KeyRing};
use wixapp::prelude::*;
use wixapp::server::storage::{self, Storage};

use crate::image::fetch::Fetcher;
use crate::network::{Networks, networks};
use crate::settings::Settings;

/// What signatures of image addresses are for.
const IMAGE_ADDRESS: &str = "autopost image address";
/// Addresses of images end with a day, so that a page that is loaded again gets the same ones.
const DAY_S: i64 = 24 * 60 * 60;

/// What handlers and jobs share: the networks, the images, and the keys.
pub(crate) struct Desk {
    pub(crate) networks: Networks,
    pub(crate) storage: Box<dyn Storage>,
    pub(crate) fetcher: Fetcher,
    /// Encrypts what proves the owners' accounts.
    pub(crate) keys: KeyRing,
    pub(crate) public_url: Option<String>,
    secrets: Vec<AppSecret>,
}

impl Desk {
    /// # Panics
    /// When the app's secrets cannot be used, with which no server starts, or the place for images is not understood.
    pub(crate) fn new(settings: &Settings, config: &Config) -> Self {
        let secrets = config.app_secrets().expect("the server has checked the secrets before it starts");
        let keys =
            KeyRing::of_app_secrets(&secrets, "autopost accounts").expect("two secrets are never the same");
        Self {
            networks: networks(settings, config),
            storage: storage::open(&settings.image_place(&config.database.url))
                .expect("AUTOPOST_IMAGES is a place for files"),
            fetcher: Fetcher::new(settings.allow_private_addresses),
            keys,
            public_url: settings.public_url.clone(),
            secrets,
        }
    }

    /// The address of an image, for pages of this server: an `<img>` sends no token, so the address itself proves that its
    /// owner has handed it out. It is good for a day or two.
    pub(crate) fn image_address(&self, instance_id: &InstanceId, image_id: &str, now: Timestamp) -> String {
        let until = (now.as_second().div_euclid(DAY_S) + 2) * DAY_S;
        let newest = self.secrets.first().expect("the key ring has one");
        let signature = newest.sign(IMAGE_ADDRESS, &signed_text(instance_id.as_str(), image_id, until));
        format!("/api/v1/images/{image_id}?signature={until}.{signature}.{instance_id}")
    }

    /// Whose the image is, if the signature is one of ours and still good.
    pub(crate) fn owner_of_image(
        &self,
        image_id: &str,
        signature: &str,
        now: Timestamp,
    ) -> Option<InstanceId> {
        let mut parts = signature.splitn(3, '.');
        let (until, mac, instance_id) = (parts.next()?, parts.next()?, parts.next()?);
        let until_s: i64 = until.parse().ok().filter(|until_s: &i64| until_s.to_string() == until)?;
        let text = signed_text(instance_id, image_id, until_s);
        let is_ours = self.secrets.iter().any(|secret| secret.verify(IMAGE_ADDRESS, &text, mac));
        if is_ours && now.as_second() < until_s { instance_id.parse().ok() } else { None }
    }
}

/// What most handlers begin with: the server, the owner who asks, and the desk.
pub(crate) struct Call(pub(crate) Arc<Server>, pub(crate) OwnerSession, pub(crate) Arc<Desk>);

impl FromRequestParts<Arc<Server>> for Call {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, ApiError> {
        let session = OwnerSession::from_request_parts(parts, server).await?;
        let Shared(desk) = Shared::from_request_parts(parts, server).await?;
        Ok(Self(Arc::clone(server), session, desk))
    }
}

fn signed_text(instance_id: &str, image_id: &str, until_s: i64) -> String {
    format!("{instance_id} {image_id} {until_s}")
}
