//! `new`: a folder with an app that runs, is tested, and waits to become another one.

use std::fs;
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use crate::failure::Failure;
use crate::output;

/// What is copied: where to, and the text.
const TEMPLATE: [(&str, &str); 4] = [
    ("Cargo.toml", include_str!("../../template/Cargo.toml.in")),
    ("README.md", include_str!("../../template/README.md.in")),
    (".gitignore", include_str!("../../template/gitignore")),
    ("src/main.rs", include_str!("../../template/src/main.rs")),
];

/// Names that a package of an app cannot have: words of Rust, its own libraries, folders of cargo's, and what the app builds on.
const TAKEN: &str = "abstract alloc as async await axum become box break build const continue core crate deps do dyn else enum \
                     examples extern false final fn for gen if impl in incremental let loop macro match mod move mut override priv \
                     proc-macro proc_macro pub ref reqwest return self serde serde_json static std struct super test tokio trait \
                     true try type typeof unsafe unsized use utoipa virtual where while wixapp yield";

#[derive(clap::Args)]
pub(super) struct Args {
    /// The folder to make; it may exist and be empty
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    /// The package's name [default: that of the folder]
    #[arg(long)]
    name: Option<String>,
    /// Build on a clone of wixapp in this folder, and not on the release
    #[arg(long, value_name = "CLONE")]
    wixapp_path: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn examples(program: &str) -> String {
    format!(
        "Examples:
  {program} new greeter                               then: cd greeter && cargo run -- dev
  {program} new ../greeter --wixapp-path .            build on the clone you are in
  {program} new apps/hello --name hello-wix --json"
    )
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let name = name(args)?;
    let clone = args.wixapp_path.as_deref().map(in_clone).transpose()?;
    ensure_free(&args.folder)?;
    fs::create_dir_all(args.folder.join("src")).map_err(|error| cannot_write(&args.folder, &error))?;
    let values = [
        ("name", name.clone()),
        ("title", title(&name)),
        ("rust", env!("CARGO_PKG_RUST_VERSION").to_owned()),
        ("wixapp", dependency(&args.folder, clone.as_deref())?),
    ];
    for (file, text) in TEMPLATE {
        let fill =
            |text: String, (key, value): &(&str, String)| text.replace(&format!("{{{{{key}}}}}"), value);
        write(&args.folder.join(file), &values.iter().fold(text.to_owned(), fill))?;
    }
    if args.json {
        output::json(
            &json!({ "name": name, "folder": args.folder, "files": TEMPLATE.map(|(file, _)| file) }),
        )?;
    } else {
        output::line(&format!(
            "Made the app `{name}` in {folder}. Now:

  cd {folder}
  cargo run -- dev    # the app inside a local Wix platform
  cargo test          # installs it on a site, and greets somebody for one credit",
            folder = args.folder.display()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn name(args: &Args) -> Result<String, Failure> {
    let of_folder = || args.folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = args.name.clone().or_else(of_folder).ok_or_else(|| {
        Failure::user(format!("{} has no name of its own", args.folder.display()))
            .hint("name a folder that is to be made, or use --name")
    })?;
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if !name.starts_with(|first: char| first.is_ascii_alphabetic())
        || !name.chars().all(fits)
        || name.len() > 64
    {
        return Err(Failure::user(format!("`{name}` cannot be the name of a package"))
            .hint("use letters, digits, `-` and `_`, a letter first, at most 64; --name sets it apart from the folder"));
    }
    if TAKEN.split(' ').any(|taken| taken == name.to_ascii_lowercase()) {
        return Err(Failure::user(format!(
            "`{name}` is taken: by Rust, by cargo, or by what the app builds on"
        ))
        .hint("choose another name; --name sets it apart from the folder"));
    }
    Ok(name)
}

/// `small-shop` is shown as `Small Shop`.
fn title(name: &str) -> String {
    let words = name.split(['-', '_']).filter(|word| !word.is_empty());
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    words.map(capital).collect::<Vec<_>>().join(" ")
}

/// Nothing of anybody's is written over.
fn ensure_free(folder: &Path) -> Result<(), Failure> {
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::user(format!("{} holds something already", folder.display()))
            .hint("name a folder that does not exist yet, or an empty one")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(cannot_write(folder, &error)),
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::user(format!("{} cannot be made", path.display()))
        .because(error)
        .hint("choose a folder that you may write to, on a disk with room")
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let file = fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    file.map_err(|error| cannot_write(path, &error))
}

/// Where the package is in a clone.
fn in_clone(clone: &Path) -> Result<PathBuf, Failure> {
    let found = [clone.join("crates/wixapp"), clone.to_owned()].into_iter().find(|folder| is_wixapp(folder));
    found.ok_or_else(|| {
        Failure::user(format!("{} is no clone of wixapp", clone.display()))
            .hint("--wixapp-path names the folder with wixapp's own README.md and crates/")
    })
}

/// What the app says of wixapp in its `Cargo.toml`.
fn dependency(folder: &Path, clone: Option<&Path>) -> Result<String, Failure> {
    let Some(clone) = clone else { return Ok(format!("\"{}\"", env!("CARGO_PKG_VERSION"))) };
    let absolute = |path: &Path| path.canonicalize().map_err(|error| cannot_write(path, &error));
    let path = relative(&absolute(folder)?, &absolute(clone)?);
    let path = toml::Value::String(path.to_string_lossy().into_owned());
    Ok(format!("{{ path = {path} }}"))
}

fn is_wixapp(folder: &Path) -> bool {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    manifest.get("package").and_then(|package| package.get("name")?.as_str()) == Some("wixapp")
}

/// The way from one folder to another; both are absolute and plain. Folders move together more often than alone.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    if !from.components().take(shared).any(|part| matches!(part, Component::RootDir)) {
        return to.to_owned();
    }
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.components().skip(shared)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_between_folders_goes_up_and_down() {
        let way = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(
            way("/home/me/greeter", "/home/me/wixapp/crates/wixapp"),
            Path::new("../wixapp/crates/wixapp")
        );
        assert_eq!(
            way("/home/me/wixapp/apps/hello", "/home/me/wixapp/crates/wixapp"),
            Path::new("../../crates/wixapp")
        );
        assert_eq!(way("/home/me/greeter", "/opt/wixapp"), Path::new("../../../opt/wixapp"));
    }

    #[test]
    fn a_name_is_shown_in_words() {
        assert_eq!(["greeter", "small-shop", "a__b"].map(title), ["Greeter", "Small Shop", "A B"]);
    }
}
