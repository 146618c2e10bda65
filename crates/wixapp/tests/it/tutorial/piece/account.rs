use wixapp::platform::key_ring::KeyRing;
use wixapp::platform::{ExposeSecret, SecretString};

/// Whether posts can go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum AccountState {
    Connected,
    /// The network does not take the token any more: posts wait until the owner connects it again.
    Reconnect,
}

/// An owner's account on a network, as it is stored.
#[derive(Clone, Serialize, Deserialize)]
struct Account {
    network: Network,
    state: AccountState,
    /// The token, encrypted.
    sealed: String,
}

impl Record for Account {
    const COLLECTION: &'static str = "accounts";
    fn id(&self) -> &str {
        self.network.as_str()
    }
}

/// Encrypts tokens under keys made from the app secret.
struct Keys(KeyRing);

impl Keys {
    fn new(config: &Config) -> Self {
        let secrets = config.app_secrets().expect("the server has checked the secrets before it starts");
        Self(KeyRing::of_app_secrets(&secrets, "accounts").expect("two secrets are never the same"))
    }

    /// An account as it is stored: only this app can open it, and only as this site's, on this network.
    fn seal(&self, owner: &InstanceId, network: Network, token: &str) -> Result<Account, ApiError> {
        let sealed = self.0.encrypt(token, &format!("{owner} {}", network.as_str()));
        let sealed = sealed.map_err(|error| ApiError::internal(&error))?;
        Ok(Account { network, state: AccountState::Connected, sealed })
    }

    /// The token, unless no key of this app opens it.
    fn open(&self, owner: &InstanceId, account: &Account) -> Option<SecretString> {
        self.0.decrypt(&account.sealed, &format!("{owner} {}", account.network.as_str())).ok()
    }
}
