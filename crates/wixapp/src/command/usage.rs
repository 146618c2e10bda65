//! What clap has to say, in the form of this program's own errors.

use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::output;

/// Prints help, the version, or what is wrong with the command line, which is for the user to mend.
pub(super) fn print(error: &clap::Error) -> ExitCode {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        output::note(error.render().to_string().trim_end());
        return ExitCode::FAILURE;
    }
    if !error.use_stderr() {
        // A reader that has gone away is no error.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    let text = text.replace("For more information, try '--help'.", "hint: --help shows what is possible");
    output::note(text.trim_end());
    ExitCode::FAILURE
}
