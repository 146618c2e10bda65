//! The owners' accounts on the networks: connected, checked, encrypted, and forgotten again.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use utoipa::ToSchema;
use wixapp::core::InstanceId;
use wixapp::core::job::JobState;
use wixapp::prelude::*;
use wixapp::server::error::Refusal;
use wixapp::server::extract::NoBody;
use wixapp::store::Error as StoreError;

use crate::desk::{Call, Desk};
use crate::input::check_text;
use crate::network::{Account, Field, FieldKind, Limits, Network, NetworkError, NetworkName};
use crate::post::{Post, PostState};

pub(crate) fn routes() -> OpenApiRouter<Arc<Server>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(connect, disconnect))
}

/// Whether posts can go to a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ConnectionState {
    Connected,
    /// The network does not take the account's proof any more: posts wait until the owner connects it again.
    Reconnect,
    Disconnected,
}

/// An owner's account on a network, as it is stored.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Connection {
    id: String,
    pub(crate) state: ConnectionState,
    label: String,
    /// The [`Account`] as encrypted JSON.
    sealed: String,
}

impl Record for Connection {
    const COLLECTION: &'static str = "connections";
    fn id(&self) -> &str {
        &self.id
    }
}

impl Connection {
    /// How a network stands that nobody has connected: only the local platform's own needs no account.
    fn none(name: NetworkName) -> Self {
        let is_fake = name == NetworkName::Fake;
        let state = if is_fake { ConnectionState::Connected } else { ConnectionState::Disconnected };
        let label = if is_fake { FAKE_LABEL } else { "" }.to_owned();
        Self { id: name.as_str().to_owned(), state, label, sealed: String::new() }
    }

    /// An account as it is stored: readable by this app, for this instance and network alone.
    fn seal(desk: &Desk, owner: &InstanceId, name: NetworkName, account: &Account) -> Result<Self, ApiError> {
        let text = serde_json::to_string(account).map_err(|error| ApiError::internal(&error))?;
        let sealed =
            desk.keys.encrypt(&text, &context(owner, name)).map_err(|error| ApiError::internal(&error))?;
        let (id, state) = (name.as_str().to_owned(), ConnectionState::Connected);
        Ok(Self { id, state, label: account.label.clone(), sealed })
    }

    /// The account; `None` when no key of this app opens it, so that the owner must connect it again.
    fn open(&self, desk: &Desk, owner: &InstanceId, name: NetworkName) -> Option<Account> {
        use secrecy::ExposeSecret;
        let text = desk.keys.decrypt(&self.sealed, &context(owner, name)).ok()?;
        serde_json::from_str(text.expose_secret()).ok()
    }
}

fn context(owner: &InstanceId, name: NetworkName) -> String {
    format!("{owner} {}", name.as_str())
}

/// How the networks of a site stand, for decisions.
pub(crate) struct Connections(Vec<Stored<Connection>>);

impl Connections {
    /// What a transaction that wanted all of them sees.
    pub(crate) fn of(tx: &Tx) -> Result<Self, RecordError> {
        Ok(Self(tx.records()?))
    }

    pub(crate) async fn load(server: &Server, session: &OwnerSession) -> Result<Self, ApiError> {
        let all = server.list_records::<Connection>(session, &RecordFilter::default(), 10).await?;
        Ok(Self(all.records))
    }

    fn find(&self, name: NetworkName) -> Connection {
        let stored = self.0.iter().find(|stored| stored.record.id == name.as_str());
        stored.map_or_else(|| Connection::none(name), |stored| stored.record.clone())
    }

    pub(crate) fn state(&self, name: NetworkName) -> ConnectionState {
        self.find(name).state
    }
}

const FAKE_LABEL: &str = "Local platform";

/// A network's connection as a job has found it. What the job learns of it is written over that and over nothing else: an
/// owner who has connected or disconnected it meanwhile is not overruled.
pub(crate) struct Found {
    owner: InstanceId,
    name: NetworkName,
    connection: Connection,
    /// That of the stored record, if there is one.
    version: Option<i64>,
}

impl Found {
    pub(crate) async fn load(
        server: &Server,
        owner: &InstanceId,
        name: NetworkName,
    ) -> Result<Self, StoreError> {
        let stored = server.store.find_record::<Connection>(owner, name.as_str()).await?;
        let version = stored.as_ref().map(|stored| stored.version);
        let connection = stored.map_or_else(|| Connection::none(name), |stored| stored.record);
        Ok(Self { owner: owner.clone(), name, connection, version })
    }

    /// The account, when posts can go there now.
    pub(crate) fn account(&self, desk: &Desk) -> Result<Account, ConnectionState> {
        if self.connection.state != ConnectionState::Connected {
            return Err(self.connection.state);
        }
        if self.version.is_none() {
            let secrets = BTreeMap::from([("token".to_owned(), "fake-0".to_owned())]);
            return Ok(Account { label: FAKE_LABEL.to_owned(), secrets });
        }
        self.connection.open(desk, &self.owner, self.name).ok_or(ConnectionState::Reconnect)
    }

    /// Keeps what was renewed of the account while it was used.
    pub(crate) async fn keep(
        &mut self,
        server: &Server,
        desk: &Desk,
        account: &Account,
    ) -> Result<(), ApiError> {
        let renewed = Connection::seal(desk, &self.owner, self.name, account)?;
        self.save(server, renewed).await
    }

    /// Notes that the network does not take the account's proof any more.
    pub(crate) async fn expire(&mut self, server: &Server) -> Result<(), ApiError> {
        if self.connection.state != ConnectionState::Connected {
            return Ok(());
        }
        let expired = Connection { state: ConnectionState::Reconnect, ..self.connection.clone() };
        self.save(server, expired).await
    }

    async fn save(&mut self, server: &Server, connection: Connection) -> Result<(), ApiError> {
        let want = Want::money().record::<Connection>(&connection.id);
        let seen = self.version;
        let save = move |tx: &mut Tx| {
            let version = tx.record::<Connection>(&connection.id)?.map(|stored| stored.version);
            if version == seen { tx.save_record(&connection).map(Some) } else { Ok(None) }
        };
        let saved = server.store.transact(&self.owner, want, server.clock.now(), save).await??;
        if let Some(saved) = saved {
            (self.connection, self.version) = (saved.record, Some(saved.version));
        }
        Ok(())
    }
}

/// A network, and how it stands.
#[derive(Serialize, ToSchema)]
struct NetworkView {
    network: NetworkName,
    /// How people call it.
    name: String,
    state: ConnectionState,
    /// Whose account it is, once one is connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    limits: Limits,
    /// What to ask for to connect it.
    fields: Vec<Field>,
}

#[derive(Serialize, ToSchema)]
struct NetworkList {
    networks: Vec<NetworkView>,
}

/// What an owner has filled in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Filled {
    /// A value for each of the network's `fields`, by its name.
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

fn view(name: NetworkName, network: &Arc<dyn Network>, connections: &Connections) -> NetworkView {
    let Connection { state, label, .. } = connections.find(name);
    let mut title = name.label().to_owned();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    NetworkView {
        network: name,
        name: title,
        state,
        account: Some(label).filter(|label| state != ConnectionState::Disconnected && !label.is_empty()),
        limits: network.limits(),
        fields: network.fields(),
    }
}

/// The networks, what they take, and whether posts can go there.
#[utoipa::path(get, path = "/api/v1/networks", tag = "networks", operation_id = "networks_list",
    responses((status = 200, body = Reply<NetworkList>)))]
async fn list(Call(server, session, desk): Call) -> Result<Reply<NetworkList>, ApiError> {
    let connections = Connections::load(&server, &session).await?;
    let networks = desk.networks.iter().map(|(name, network)| view(*name, network, &connections)).collect();
    Ok(Reply::new(NetworkList { networks }))
}

/// Connects an account, after the network was asked whether it takes it. Posts that waited for it go on.
#[utoipa::path(put, path = "/api/v1/networks/{network}", tag = "networks", operation_id = "networks_connect",
    params(("network" = NetworkName, Path)), request_body = Filled, responses(
        (status = 200, body = Reply<NetworkView>),
        (status = 422, description = "`network_refused`: the network does not take the account", body = Refusal),
        (status = 503, description = "`network_unreachable`: the network does not answer", body = Refusal)))]
async fn connect(
    Call(server, session, desk): Call,
    ValidPath(name): ValidPath<NetworkName>,
    ValidJson { value: filled, .. }: ValidJson<Filled>,
) -> Result<Reply<NetworkView>, ApiError> {
    let network = desk.networks.get(&name).ok_or_else(|| ApiError::new(ErrorCode::NotFound))?;
    let fields = check(&network.fields(), &filled.fields)?;
    let account = network.connect(&fields).await.map_err(|error| refuse(name.label(), error))?;
    let connection = Connection::seal(&desk, &session.instance_id, name, &account)?;
    let want = Want::money().all_records::<Connection>();
    let connections = server.change(&session, want, move |tx| {
        tx.save_record(&connection)?;
        Ok(Connections::of(tx)?)
    });
    let connections = connections.await?;
    wake(&server, &session, name).await?;
    Ok(Reply::new(view(name, network, &connections)))
}

/// Forgets an account. What was published stays; posts that still wait for it fail, and their credits come back.
#[utoipa::path(delete, path = "/api/v1/networks/{network}", tag = "networks", operation_id = "networks_disconnect",
    params(("network" = NetworkName, Path)), responses((status = 204, description = "It is forgotten")))]
async fn disconnect(
    Call(server, session, _): Call,
    ValidPath(name): ValidPath<NetworkName>,
    _: NoBody,
) -> Result<StatusCode, ApiError> {
    let want = Want::money().record::<Connection>(name.as_str());
    let forget = move |tx: &mut Tx| {
        let (state, label) = (ConnectionState::Disconnected, String::new());
        tx.save_record(&Connection { state, label, ..Connection::none(name) })?;
        Ok(())
    };
    server.change(&session, want, forget).await?;
    wake(&server, &session, name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All of the fields and no others.
fn check(fields: &[Field], filled: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, ApiError> {
    if let Some(unknown) = filled.keys().find(|name| fields.iter().all(|field| field.name != name.as_str())) {
        let names: Vec<_> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
        let are = format!("they are {}", names.join(", "));
        let known = if names.is_empty() { "there are none" } else { &are };
        let unknown: String = unknown.chars().take(40).collect();
        return Err(ApiError::invalid(format!("`{unknown}` is not one of the fields: {known}.")));
    }
    let value = |field: &Field| {
        let value = filled.get(field.name).map_or("", String::as_str);
        let value = check_text(field.name, value, 1, 1_000)?;
        // A line end in a header or an address is never meant.
        if value.chars().any(char::is_control) || (field.kind == FieldKind::Secret && !value.is_ascii()) {
            return Err(ApiError::invalid(format!("`{}` has signs in it that it cannot have.", field.name)));
        }
        Ok((field.name.to_owned(), value))
    };
    fields.iter().map(value).collect()
}

fn refuse(label: &str, error: NetworkError) -> ApiError {
    match error {
        NetworkError::Passing { why, after } => {
            tracing::info!(network = label, %why, "a network could not be reached");
            ApiError::new(ErrorCode::Unavailable)
                .with_code("network_unreachable")
                .with_message(format!("{label} does not answer as it should. Try again in a moment."))
                .with_retry_after(after.map_or(10, |after| after.as_secs()))
        }
        NetworkError::Refused { why } | NetworkError::Expired { why } => {
            ApiError::invalid(format!("{label} does not take this: {why}"))
                .with_code("network_refused")
                .with_hint("Check what you filled in, or make a new token on the network.")
        }
    }
}

/// Has the jobs look at once that wait for this network.
async fn wake(server: &Server, session: &OwnerSession, name: NetworkName) -> Result<(), ApiError> {
    let (states, tag) = (vec![PostState::Publishing.as_str().to_owned()], Some(name.as_str().to_owned()));
    let filter = RecordFilter { states, tag, ..RecordFilter::default() };
    let posts = server.list_records::<Post>(session, &filter, 100).await?;
    let results = posts.records.iter().flat_map(|post| &post.record.results);
    let results = results.filter(|result| result.network == name);
    let ids: Vec<JobId> = results.filter_map(|result| result.job_id.clone()).collect();
    let want = ids.iter().fold(Want::money(), |want, id| want.job(id));
    let revive = move |tx: &mut Tx| {
        for id in &ids {
            if tx.job(id).is_some_and(|job| matches!(job.state, JobState::Scheduled | JobState::Retryable)) {
                tx.revive_job(id, |_| {});
            }
        }
        Ok(())
    };
    server.change(session, want, revive).await
}
