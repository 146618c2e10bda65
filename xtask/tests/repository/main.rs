//! What must hold for the repository as a whole: which crate may use which, and what may be in the tree.

mod arrows;
mod bans;
mod examples;
mod features;
mod licences;
mod metadata;
mod size;
