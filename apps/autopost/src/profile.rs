//! Brand profiles: how a brand speaks. One is the default, and new posts get its hashtags from the page.

use axum::http::StatusCode;
use utoipa::ToSchema;
use wixapp::core::id::sortable_body;
use wixapp::prelude::*;
use wixapp::server::error::Refusal;
use wixapp::server::extract::NoBody;

use crate::desk::Call;
use crate::input::{Limit, check_text, check_words};

/// How many profiles a site may have.
const MOST: usize = 50;

pub(crate) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, save, delete))
}

/// A brand profile as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) id: String,
    #[serde(flatten)]
    words: Words,
}

/// What a profile says.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Words {
    name: String,
    description: String,
    audience: String,
    tone: String,
    industry_tags: Vec<String>,
    /// Each with its `#`.
    hashtags: Vec<String>,
    /// Whether new posts begin with it: of all profiles, one.
    is_default: bool,
}

impl Record for Profile {
    const COLLECTION: &'static str = "profiles";
    fn id(&self) -> &str {
        &self.id
    }
}

/// A profile with its id and version.
#[derive(Serialize, ToSchema)]
#[schema(as = Profile)]
pub(crate) struct ProfileView {
    id: String,
    version: i64,
    #[serde(flatten)]
    words: Words,
}

/// All profiles, the oldest first.
#[derive(Serialize, ToSchema)]
struct Profiles {
    profiles: Vec<ProfileView>,
}

/// What is to be written of a profile.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ProfileInput)]
struct Input {
    /// Its name, 1 to 80 characters.
    name: String,
    /// What the brand does, at most 1,000 characters.
    #[serde(default)]
    description: String,
    /// Whom it speaks to, at most 300 characters.
    #[serde(default)]
    audience: String,
    /// How it speaks, at most 100 characters.
    #[serde(default)]
    tone: String,
    /// At most 20 words of at most 40 characters.
    #[serde(default)]
    industry_tags: Vec<String>,
    /// At most 30 tags, with or without `#`.
    #[serde(default)]
    hashtags: Vec<String>,
    /// Whether it is the default from now on. The first profile is it anyway.
    #[serde(default)]
    is_default: bool,
    /// The version this was made from, for a profile that is there.
    version: Option<i64>,
}

impl Input {
    fn words(&self) -> Result<Words, ApiError> {
        let hashtags = self.hashtags.iter().map(|tag| tag.trim().trim_start_matches('#').to_owned());
        let hashtags =
            check_words("hashtags", &hashtags.collect::<Vec<_>>(), Limit { count: 30, length: 60 })?;
        let is_tag = |tag: &String| tag.chars().all(|sign| sign.is_alphanumeric() || sign == '_');
        if let Some(bad) = hashtags.iter().find(|tag| !is_tag(tag)) {
            let why = format!("`{bad}` is no hashtag: letters, digits and `_` make one.");
            return Err(ApiError::invalid(why));
        }
        Ok(Words {
            name: check_text("name", &self.name, 1, 80)?,
            description: check_text("description", &self.description, 0, 1_000)?,
            audience: check_text("audience", &self.audience, 0, 300)?,
            tone: check_text("tone", &self.tone, 0, 100)?,
            industry_tags: check_words("industryTags", &self.industry_tags, Limit { count: 20, length: 40 })?,
            hashtags: hashtags.into_iter().map(|tag| format!("#{tag}")).collect(),
            is_default: self.is_default,
        })
    }
}

fn view(stored: Stored<Profile>) -> ProfileView {
    ProfileView { id: stored.record.id, version: stored.version, words: stored.record.words }
}

/// All brand profiles.
#[utoipa::path(get, path = "/api/v1/profiles", tag = "profiles", operation_id = "profiles_list",
    responses((status = 200, body = Reply<Profiles>)))]
async fn list(Call(server, session, _): Call) -> Result<Reply<Profiles>, ApiError> {
    let most = u32::try_from(MOST).unwrap_or(u32::MAX);
    let mut page = server.list_records::<Profile>(&session, &RecordFilter::default(), most).await?;
    page.records.reverse();
    Ok(Reply::new(Profiles { profiles: page.records.into_iter().map(view).collect() }))
}

/// One brand profile.
#[utoipa::path(get, path = "/api/v1/profiles/{id}", tag = "profiles", operation_id = "profiles_show",
    params(("id" = String, Path)), responses((status = 200, body = Reply<ProfileView>)))]
async fn show(
    Call(server, session, _): Call,
    ValidPath(id): ValidPath<String>,
) -> Result<Reply<ProfileView>, ApiError> {
    Ok(Reply::new(view(server.find_record(&session, &id).await?)))
}

/// Makes a brand profile.
#[utoipa::path(post, path = "/api/v1/profiles", tag = "profiles", operation_id = "profiles_create",
    request_body = Input, responses(
        (status = 201, body = Reply<ProfileView>),
        (status = 409, description = "`too_many`: there are 50 already", body = Refusal)))]
async fn create(
    Call(server, session, _): Call,
    ValidJson { value: input, .. }: ValidJson<Input>,
) -> Result<(StatusCode, Reply<ProfileView>), ApiError> {
    let words = input.words()?;
    let id = format!("profile_{}", sortable_body(server.clock.now(), server.random()));
    let profile = Profile { id, words };
    let made = server.change(&session, Want::money().all_records::<Profile>(), move |tx| {
        if tx.records::<Profile>()?.len() >= MOST {
            let refusal = ApiError::new(ErrorCode::Conflict).with_code("too_many");
            return Err(refusal.with_message(format!("There are {MOST} profiles already. Delete one first.")));
        }
        write(tx, profile.clone())
    });
    Ok((StatusCode::CREATED, Reply::new(view(made.await?))))
}

/// Changes a brand profile.
#[utoipa::path(put, path = "/api/v1/profiles/{id}", tag = "profiles", operation_id = "profiles_save",
    params(("id" = String, Path)), request_body = Input, responses(
        (status = 200, body = Reply<ProfileView>),
        (status = 409, description = "`stale`: somebody else has saved it since", body = Refusal)))]
async fn save(
    Call(server, session, _): Call,
    ValidPath(id): ValidPath<String>,
    ValidJson { value: input, .. }: ValidJson<Input>,
) -> Result<Reply<ProfileView>, ApiError> {
    let words = input.words()?;
    let saved = server.change(&session, Want::money().all_records::<Profile>(), move |tx| {
        let mut profile = tx.record_at::<Profile>(&id, input.version)?.record;
        // Whoever takes the default away gives it to another.
        let is_default = words.is_default || profile.words.is_default;
        profile.words = Words { is_default, ..words.clone() };
        write(tx, profile)
    });
    Ok(Reply::new(view(saved.await?)))
}

/// Deletes a brand profile. When it was the default, the oldest of the others is it from now on.
#[utoipa::path(delete, path = "/api/v1/profiles/{id}", tag = "profiles", operation_id = "profiles_delete",
    params(("id" = String, Path)), responses((status = 204, description = "It is gone")))]
async fn delete(
    Call(server, session, _): Call,
    ValidPath(id): ValidPath<String>,
    _: NoBody,
) -> Result<StatusCode, ApiError> {
    let deleted = server.change(&session, Want::money().all_records::<Profile>(), move |tx| {
        let gone = tx.record_at::<Profile>(&id, None)?.record;
        tx.delete_record::<Profile>(&id);
        if gone.words.is_default
            && let Some(mut next) = tx.records::<Profile>()?.into_iter().next()
        {
            next.record.words.is_default = true;
            tx.save_record(&next.record)?;
        }
        Ok(())
    });
    deleted.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes a profile, and sees to it that one is the default.
fn write(tx: &mut Tx, mut profile: Profile) -> Result<Stored<Profile>, ApiError> {
    let others: Vec<_> =
        tx.records::<Profile>()?.into_iter().filter(|other| other.record.id != profile.id).collect();
    profile.words.is_default |= !others.iter().any(|other| other.record.words.is_default);
    for mut other in others {
        if profile.words.is_default && other.record.words.is_default {
            other.record.words.is_default = false;
            tx.save_record(&other.record)?;
        }
    }
    Ok(tx.save_record(&profile)?)
}
