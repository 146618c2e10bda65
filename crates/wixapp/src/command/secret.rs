//! The app's secret: from a flag, a file, or the environment.

use std::path::Path;

use wixapp_platform::AppSecret;

use crate::failure::Failure;

const VARIABLE: &str = "WIXAPP_APP_SECRET";
const FILE_VARIABLE: &str = "WIXAPP_APP_SECRET_FILE";

/// The secret that was given by `--{flag}`, `--{flag}-file`, or the variables, in this order.
pub(super) fn read(flag: &str, given: Option<String>, file: Option<&Path>) -> Result<AppSecret, Failure> {
    let (source, text) = match (given, file) {
        (Some(text), _) => (format!("--{flag}"), text),
        (None, Some(file)) => (format!("--{flag}-file"), from_file(&format!("--{flag}-file"), file)?),
        (None, None) => from_environment(flag)?,
    };
    AppSecret::new(text).map_err(|error| {
        Failure::user(format!("{source}: {error}"))
            .hint("use the app secret key from Wix's developer centre as it is: at least 16 characters")
    })
}

fn from_environment(flag: &str) -> Result<(String, String), Failure> {
    match (std::env::var_os(VARIABLE), std::env::var_os(FILE_VARIABLE)) {
        (Some(_), Some(_)) => Err(Failure::user(format!("{VARIABLE} and {FILE_VARIABLE} are both set"))
            .hint("set only one of them")),
        (Some(text), None) => {
            let text = text.into_string().map_err(|_| Failure::user(format!("{VARIABLE} is no text")))?;
            Ok((VARIABLE.to_owned(), text))
        }
        (None, Some(file)) => Ok((FILE_VARIABLE.to_owned(), from_file(FILE_VARIABLE, Path::new(&file))?)),
        (None, None) => Err(Failure::user("the app's secret is not given").hint(format!(
            "use --{flag}-file FILE, or set {FILE_VARIABLE} or {VARIABLE}; --{flag} works too, and stays in the shell's \
             history"
        ))),
    }
}

fn from_file(source: &str, file: &Path) -> Result<String, Failure> {
    // The path is not repeated: it may be the secret itself, in the wrong place.
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::user(format!("the file that {source} names cannot be read"))
            .because(&error)
            .hint("it must be a file that holds the secret and nothing else")
    })?;
    // Editors and `echo` end a file with a line end that is no part of the secret.
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
