//! Builds again when the pages inside the binary were built anew.
#![allow(clippy::print_stdout, reason = "a build script speaks to cargo by printing")]

use std::path::Path;

/// Where the web build puts the pages, and the folder in which it makes that one.
const PLACES: [&str; 2] = ["../../web/dashboard/dist", "../../web/dashboard"];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Only a release build has the pages inside; others read them when they are asked for.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        // A folder that is not there would count as changed at every build.
        if let Some(place) = PLACES.into_iter().find(|place| Path::new(place).is_dir()) {
            println!("cargo:rerun-if-changed={place}");
        }
    }
}
