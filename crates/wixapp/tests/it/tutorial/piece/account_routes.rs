/// An account, as pages see it.
#[derive(Serialize, ToSchema)]
struct AccountView {
    network: Network,
    state: AccountState,
}

impl AccountView {
    fn new(stored: Stored<Account>) -> Self {
        Self { network: stored.record.network, state: stored.record.state }
    }
}

/// What proves an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Proof {
    token: String,
}

/// The accounts, and whether posts can go there.
#[utoipa::path(get, path = "/api/v1/accounts", responses((status = 200, body = Reply<Vec<AccountView>>)))]
async fn accounts(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
) -> Result<Reply<Vec<AccountView>>, ApiError> {
    let all = server.list_records::<Account>(&session, &RecordFilter::default(), 10).await?;
    Ok(Reply::new(all.records.into_iter().map(AccountView::new).collect()))
}

/// Connects an account, for the first time or again.
#[utoipa::path(put, path = "/api/v1/accounts/{network}", params(("network" = Network, Path)), request_body = Proof,
    responses((status = 200, body = Reply<AccountView>)))]
async fn connect(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
    Shared(keys): Shared<Keys>,
    ValidPath(network): ValidPath<Network>,
    ValidJson { value: Proof { token }, .. }: ValidJson<Proof>,
) -> Result<Reply<AccountView>, ApiError> {
    if token.is_empty() || token.len() > 1_000 || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ApiError::invalid("A token has 1 to 1,000 letters, digits and signs."));
    }
    let account = keys.seal(&session.instance_id, network, &token)?;
    let want = Want::money().record::<Account>(network.as_str());
    let saved = server.change(&session, want, move |tx| Ok(tx.save_record(&account)?)).await?;
    Ok(Reply::new(AccountView::new(saved)))
}

/// Forgets an account. Posts that wait for it fail, and their credits come back.
#[utoipa::path(delete, path = "/api/v1/accounts/{network}", params(("network" = Network, Path)),
    responses((status = 204, description = "It is forgotten")))]
async fn disconnect(
    State(server): State<Arc<Server>>,
    session: OwnerSession,
    ValidPath(network): ValidPath<Network>,
) -> Result<StatusCode, ApiError> {
    let forget = move |tx: &mut Tx| {
        tx.delete_record::<Account>(network.as_str());
        Ok(())
    };
    server.change(&session, Want::money(), forget).await?;
    Ok(StatusCode::NO_CONTENT)
}
