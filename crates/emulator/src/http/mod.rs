//! Reading requests strictly and answering in one form.

pub(crate) mod body;
pub(crate) mod guard;
pub(crate) mod html;
pub(crate) mod part;
pub(crate) mod record;
pub(crate) mod reply;
