/// What is to be known of a brand.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewProfile {
    name: String,
    /// With or without `#`.
    hashtags: Vec<String>,
    /// The first profile is the default anyway.
    #[serde(default)]
    is_default: bool,
}

/// The brand profiles.
#[utoipa::path(get, path = "/api/v1/profiles", responses((status = 200, body = Reply<Vec<Profile>>)))]
async fn profiles(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
) -> Result<Reply<Vec<Profile>>, ApiError> {
    let all = server.list_records::<Profile>(&session, &RecordFilter::default(), 50).await?;
    Ok(Reply::new(all.records.into_iter().map(|stored| stored.record).collect()))
}

/// Makes a brand profile.
#[utoipa::path(post, path = "/api/v1/profiles", request_body = NewProfile,
    responses((status = 201, body = Reply<Profile>)))]
async fn create_profile(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
    ValidJson { value: new, .. }: ValidJson<NewProfile>,
) -> Result<(StatusCode, Reply<Profile>), ApiError> {
    let hashtags = new.hashtags.iter().map(|tag| format!("#{}", tag.trim_start_matches('#')));
    let hashtags: Vec<_> = hashtags.collect();
    let fits = |tag: &String| tag[1..].chars().all(|sign| sign.is_alphanumeric() || sign == '_');
    if hashtags.len() > 10 || !hashtags.iter().all(|tag| (2..=60).contains(&tag.len()) && fits(tag)) {
        return Err(ApiError::invalid("A profile has 10 hashtags at most, of letters, digits and `_`."));
    }
    let id = format!("profile_{}", sortable_body(server.clock.now(), server.random()));
    let profile = Profile { id, name: new.name, hashtags, is_default: new.is_default };
    let saved = server.change(&session, Want::money().all_records::<Profile>(), move |tx| {
        let others = tx.records::<Profile>()?;
        if others.len() >= MOST_PROFILES {
            let refusal = ApiError::new(ErrorCode::Conflict).with_code("too_many");
            return Err(refusal.with_message("There are 50 profiles already."));
        }
        let is_default = profile.is_default || others.is_empty();
        for mut other in others {
            if is_default && other.record.is_default {
                other.record.is_default = false;
                tx.save_record(&other.record)?;
            }
        }
        Ok(tx.save_record(&Profile { is_default, ..profile.clone() })?)
    });
    Ok((StatusCode::CREATED, Reply::new(saved.await?.record)))
}
