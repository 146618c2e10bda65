//! Which features of ours must stay out of what ships.

use crate::metadata;

#[test]
fn only_the_proofs_can_kill_the_process_at_a_moment() {
    let asking: Vec<_> = metadata::members()
        .into_iter()
        .filter(|package| package.dependencies.iter().any(|used| used.has_feature("torture")))
        .map(|package| package.name)
        .collect();
    assert_eq!(asking, ["wixapp-torture"]);
}
