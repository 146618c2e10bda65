//! Permissions as types: what a call needs stands in its handler's arguments, and is checked before the body is read.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::app_token::AppToken;
use crate::Emulator;
use crate::error::Refusal;
use crate::world::settings::Permission;

/// A permission that a call needs.
pub(crate) trait Need: Send + Sync + 'static {
    const PERMISSION: Permission;
}

macro_rules! needs {
    ($($name:ident),+ $(,)?) => {
        $(#[derive(Debug)]
        pub(crate) enum $name {}

        impl Need for $name {
            const PERMISSION: Permission = Permission::$name;
        })+
    };
}

needs!(
    ManageYourApp,
    ManageEmbeddedScripts,
    ReadSecrets,
    ManageSecrets,
    ReadDataItems,
    WriteDataItems,
    ManageDataCollections,
);

/// The app, or a person of the dashboard, with permission `N`.
pub(crate) struct Permitted<N>(AppToken, PhantomData<N>);

impl<N> Deref for Permitted<N> {
    type Target = AppToken;

    fn deref(&self) -> &AppToken {
        &self.0
    }
}

impl<N: Need> FromRequestParts<Emulator> for Permitted<N> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, emulator: &Emulator) -> Result<Self, Refusal> {
        let app = AppToken::from_request_parts(parts, emulator).await?;
        app.require_app_or_user()?;
        app.require(emulator.engine(), N::PERMISSION)?;
        Ok(Self(app, PhantomData))
    }
}
