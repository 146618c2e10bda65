/// Refuses what no network takes.
fn check(post: &Post) -> Result<(), ApiError> {
    if post.text.trim().is_empty() || post.text.chars().count() > 500 {
        return Err(ApiError::invalid("A post has 1 to 500 characters."));
    }
    if post.networks.is_empty() {
        return Err(ApiError::invalid("A post goes to one network at least."));
    }
    Ok(())
}
