//! `new`: what it makes, and what it refuses. What it makes is compiled and tested with the crate that has it.

use std::fs;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use crate::program::wixapp;

fn manifest(folder: &Path) -> String {
    fs::read_to_string(folder.join("Cargo.toml")).unwrap()
}

#[test]
fn a_new_app_is_a_package_that_cargo_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let said = wixapp(&["new", "small-shop"]).inside(folder.path()).run().success();
    assert_snapshot!(said, @r"
    Made the app `small-shop` in small-shop. Now:

      cd small-shop
      cargo run -- dev    # the app inside a local Wix platform
      cargo test          # installs it on a site, and greets somebody for one credit
    ");
    let app = folder.path().join("small-shop");
    let main = fs::read_to_string(app.join("src/main.rs")).unwrap();
    assert!(main.contains("App::new(\"Small Shop\")") && !main.contains("{{"), "{main}");
    assert!(
        manifest(&app).contains(&format!("wixapp = \"{}\"", env!("CARGO_PKG_VERSION"))),
        "{}",
        manifest(&app)
    );
    assert!(fs::read_to_string(app.join("README.md")).unwrap().starts_with("# Small Shop\n"));
    assert!(fs::read_to_string(app.join(".gitignore")).unwrap().contains("/target"));
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--offline", "--no-deps", "--format-version", "1"]).current_dir(&app);
    let read = cargo.output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
}

#[test]
fn a_new_app_may_build_on_a_clone_and_says_so_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let krate = folder.path().join("wixapp/crates/wixapp");
    fs::create_dir_all(&krate).unwrap();
    fs::write(krate.join("Cargo.toml"), "[package]\nname = \"wixapp\"\n").unwrap();
    let asked = ["new", "greeter", "--name", "kind_words", "--wixapp-path", "wixapp", "--json"];
    let said = wixapp(&asked).inside(folder.path()).run().success();
    assert_snapshot!(said, @r#"
    {
      "files": [
        "Cargo.toml",
        "README.md",
        ".gitignore",
        "src/main.rs"
      ],
      "folder": "greeter",
      "name": "kind_words"
    }
    "#);
    let manifest = manifest(&folder.path().join("greeter"));
    assert!(manifest.contains("name = \"kind_words\""), "{manifest}");
    assert!(manifest.contains("wixapp = { path = \"../wixapp/crates/wixapp\" }"), "{manifest}");
}

#[test]
fn what_is_there_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/letter.txt"), "dear").unwrap();
    assert_snapshot!(wixapp(&["new", "mine"]).inside(folder.path()).run().refusal(), @r"
    error: mine holds something already
    hint: name a folder that does not exist yet, or an empty one
    ");
    assert_eq!(fs::read_dir(folder.path().join("mine")).unwrap().count(), 1);
    fs::write(folder.path().join("file"), "").unwrap();
    let said = wixapp(&["new", "file"]).inside(folder.path()).run().refusal();
    assert!(said.starts_with("error: file cannot be made\n  caused by: "), "{said}");
    fs::create_dir(folder.path().join("empty")).unwrap();
    wixapp(&["new", "empty"]).inside(folder.path()).run().success();
}

#[test]
fn names_that_no_package_can_have_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["1st", "with space", "späti", "-x", "a/../b c"] {
        let said = wixapp(&["new", "app", &format!("--name={name}")]).inside(folder.path()).run().refusal();
        assert!(said.contains("cannot be the name of a package"), "{name}: {said}");
    }
    for name in ["fn", "Core", "build", "wixapp"] {
        let said = wixapp(&["new", name]).inside(folder.path()).run().refusal();
        assert!(said.contains("is taken"), "{name}: {said}");
    }
    let said = wixapp(&["new", "/"]).inside(folder.path()).run().refusal();
    assert!(said.contains("has no name of its own"), "{said}");
    let said = wixapp(&["new", "app", "--wixapp-path", "."]).inside(folder.path()).run().refusal();
    assert!(said.contains(". is no clone of wixapp"), "{said}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}
