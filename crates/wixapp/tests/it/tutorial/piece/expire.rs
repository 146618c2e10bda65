/// How long a post waits before it looks whether its network was connected again.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(60);

/// Notes that the network does not take the token any more. An owner who has connected it anew meanwhile is not overruled.
async fn expire(context: &JobContext, server: &Server, seen: Stored<Account>) -> Result<(), JobError> {
    let want = Want::money().record::<Account>(seen.record.id());
    let noted = server.store.transact(context.instance_id(), want, context.now(), move |tx| {
        let mut account = tx.record_at::<Account>(seen.record.id(), Some(seen.version))?.record;
        account.state = AccountState::Reconnect;
        tx.save_record(&account).map(|_| ())
    });
    // What was written in between is found by the next try.
    noted.await.map_err(JobError::retry)?.map_err(JobError::retry)
}
