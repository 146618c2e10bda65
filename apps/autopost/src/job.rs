//! The work behind a post: [`PublishTo`] brings it to one network, and [`Finish`] joins what they gave.

use std::time::Duration;

use wixapp::core::Timestamp;
use wixapp::jiff::SignedDuration;
use wixapp::jobs::Member;
use wixapp::prelude::*;

use crate::connection::{ConnectionState, Found};
use crate::desk::Desk;
use crate::network::{Draft, DraftImage, NetworkError, NetworkName};
use crate::post::{Outcome, OutcomeState, Post};

/// How long a post waits until its network is connected again.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// How long until it looks again; connecting the network wakes it at once.
const LOOK_AGAIN: Duration = Duration::from_secs(10 * 60);

/// Brings one post to one network, for one credit.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PublishTo {
    pub(crate) post_id: String,
    pub(crate) network: NetworkName,
    /// When this try was asked for.
    pub(crate) started_at: Timestamp,
    /// [`Post::matter`] as it was then.
    #[serde(default)]
    pub(crate) matter: String,
    /// When it is too late for it.
    #[serde(default)]
    pub(crate) until: Option<Timestamp>,
    /// The network is to refuse it.
    pub(crate) refuse: bool,
}

/// Where a post can be seen.
#[derive(Serialize, Deserialize)]
pub(crate) struct Published {
    pub(crate) url: String,
}

impl Job for PublishTo {
    const KIND: &'static str = "publish";
    type Output = Published;

    async fn run(self, context: JobContext) -> Result<Published, JobError> {
        let (server, desk) = (context.state::<Server>()?, context.state::<Desk>()?);
        let owner = context.instance_id();
        let label = self.network.label();
        context.progress(10, "Preparing the post").await;
        let stored = server.store.find_record::<Post>(owner, &self.post_id).await.map_err(JobError::retry)?;
        let post = stored.ok_or_else(|| JobError::cancel("The post was deleted meanwhile."))?.record;
        self.ensure_wanted(&context, &post, label)?;
        let not_offered = || JobError::fail_with("not_offered", format!("{label} is not offered here."));
        let network = desk.networks.get(&self.network).ok_or_else(not_offered)?;
        let mut connection = Found::load(&server, owner, self.network).await.map_err(JobError::retry)?;
        let mut account = match connection.account(&desk) {
            Ok(account) => account,
            Err(ConnectionState::Disconnected) => {
                let message = format!("The {label} account was disconnected.");
                return Err(JobError::fail_with("not_connected", message));
            }
            Err(ConnectionState::Connected | ConnectionState::Reconnect) => {
                // Also what no key opens any more.
                return Err(self.wait(&context, &server, connection, label).await);
            }
        };
        let draft = self.draft(&desk, &context, &post).await?;
        context.progress(40, format!("Publishing on {label}")).await;
        if self.refuse {
            return Err(JobError::fail_with("refused", "The network refused the post, as you asked."));
        }
        let before = account.clone();
        let published = network.publish(&mut account, &draft).await;
        if account != before {
            let kept = connection.keep(&server, &desk, &account).await;
            kept.map_err(|error| JobError::retry(error.message()))?;
        }
        match published {
            Ok(url) => Ok(Published { url }),
            // A post for later is tried for as long as it is not too late for it.
            Err(NetworkError::Passing { why, after })
                if self.until.is_some() && context.is_last_attempt() =>
            {
                context.log(why);
                Err(JobError::snooze(after.unwrap_or(LOOK_AGAIN)))
            }
            Err(NetworkError::Passing { why, after: Some(after) }) => Err(JobError::retry_after(after, why)),
            Err(NetworkError::Passing { why, after: None }) => Err(JobError::retry(why)),
            Err(NetworkError::Refused { why }) => {
                Err(JobError::fail_with("refused", format!("{label} refused the post: {why}")))
            }
            Err(NetworkError::Expired { why }) => {
                context.log(format!("{label}: {why}"));
                Err(self.wait(&context, &server, connection, label).await)
            }
        }
    }
}

impl PublishTo {
    /// Refuses to bring a post anywhere that waits for another job, or for none: an operator may have an old job tried again
    /// whose post is there, or was changed since. And one that is too late.
    fn ensure_wanted(&self, context: &JobContext, post: &Post, label: &str) -> Result<(), JobError> {
        if !post.results.iter().filter_map(Outcome::open_job).any(|id| id == context.job_id()) {
            return Err(JobError::cancel("The post does not wait for this job any more."));
        }
        if self.until.is_some_and(|until| context.now() > until) {
            let message = format!("The time of the post had passed before it could be published on {label}.");
            return Err(JobError::fail_with("missed", message));
        }
        Ok(())
    }

    /// The post waits for its network to be connected again, but not for ever.
    async fn wait(&self, context: &JobContext, server: &Server, mut found: Found, label: &str) -> JobError {
        if let Err(error) = found.expire(server).await {
            return JobError::retry(error.message());
        }
        if context.now().duration_since(self.started_at) > PATIENCE {
            let message = format!("The connection to {label} has expired, and was not renewed within a day.");
            return JobError::fail_with("reconnect", message);
        }
        JobError::snooze(LOOK_AGAIN)
    }

    async fn draft(&self, desk: &Desk, context: &JobContext, post: &Post) -> Result<Draft, JobError> {
        let owner = context.instance_id();
        let mut images = Vec::new();
        for image in &post.images {
            let bytes = desk.storage.get(owner, &image.image.id).await.map_err(JobError::retry)?;
            let bytes =
                bytes.ok_or_else(|| JobError::fail_with("image_gone", "An image of the post is gone."))?;
            let address = desk.image_address(owner, &image.image.id, context.now());
            images.push(DraftImage {
                bytes,
                content_type: image.image.content_type.clone(),
                alt: image.alt.clone(),
                width: image.image.width,
                height: image.image.height,
                url: desk.public_url.as_ref().map(|base| format!("{base}{address}")),
            });
        }
        let text = post.content.text_for(self.network).to_owned();
        // What the network gets names it: changed, it is another post, and unchanged the same one in a restored copy too.
        let key = format!("{}:{}:{}", post.id, self.network.as_str(), post.matter(self.network));
        Ok(Draft { text, images, key, at: post.sent_at.unwrap_or(self.started_at), now: context.now() })
    }
}

/// Writes into the post what its networks gave, once all of them have ended.
#[derive(Serialize, Deserialize)]
pub(crate) struct Finish {
    pub(crate) post_id: String,
}

impl Job for Finish {
    const KIND: &'static str = "finish_post";
    /// The database may be away for a while; a post that is never finished would seem to be under way for ever.
    const MAX_ATTEMPTS: u32 = 12;
    type Output = ();

    async fn run(self, context: JobContext) -> Result<(), JobError> {
        let (server, now) = (context.state::<Server>()?, context.now());
        let outcomes = context.members().iter().map(|member| outcome(member, now));
        let outcomes = outcomes.collect::<Result<Vec<_>, _>>()?;
        let want = Want::money().record::<Post>(&self.post_id);
        let finish = move |tx: &mut Tx| {
            let Some(mut post) = tx.record::<Post>(&self.post_id)?.map(|stored| stored.record) else {
                return Ok(());
            };
            let mut counts = false;
            for (matter, outcome) in &outcomes {
                // Of a network that was tried anew, the older try counts no more, unless it brought the post there as it is.
                let is_there =
                    outcome.state == OutcomeState::Published && post.matter(outcome.network) == *matter;
                let is_current =
                    |result: &Outcome| result.network == outcome.network && result.job_id == outcome.job_id;
                if is_there || post.results.iter().any(is_current) {
                    post.set_result(outcome.clone());
                    counts = true;
                }
            }
            // A post that was changed or started anew meanwhile is not these jobs' any more.
            if !counts {
                return Ok(());
            }
            post.settle(tx.now);
            tx.save_record(&post).map(|_| ())
        };
        let done =
            server.store.transact(context.instance_id(), want, now, finish).await.map_err(JobError::retry)?;
        done.map_err(JobError::fail)
    }
}

/// What a job gave, in the words of the post, and of which matter.
fn outcome(member: &Member, now: Timestamp) -> Result<(String, Outcome), JobError> {
    let PublishTo { network, matter, .. } = member.job()?;
    let url = member.output::<PublishTo>()?.map(|published| published.url);
    let outcome = Outcome { at: Some(now), ..Outcome::waiting(network, Some(member.job_id.clone())) };
    Ok((matter, outcome.ended(url, member.error.clone())))
}
