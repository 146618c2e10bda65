//! Ctrl-C and SIGTERM: remembered here, passed on to what runs, never the end of us before our clean-up.

use std::process::Child;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

static RECEIVED: AtomicI32 = AtomicI32::new(0);
static RUNNING: Mutex<Vec<Target>> = Mutex::new(Vec::new());

/// What a signal is passed on to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Target {
    /// A child that leads a process group of its own: the terminal's Ctrl-C does not reach it.
    Group(Pid),
    /// A child in our group: the terminal has already told it about Ctrl-C, but not about SIGTERM.
    Foreground(Pid),
}

/// Takes over SIGINT, SIGTERM and SIGHUP for the rest of this process.
pub(crate) fn listen() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot listen for signals")?;
    thread::spawn(move || {
        for number in signals.forever() {
            let again = RECEIVED.swap(number, Ordering::SeqCst) != 0;
            pass_on(number, again);
        }
    });
    Ok(())
}

/// The exit code a signal asks for, when one came.
pub(crate) fn exit_code() -> Option<u8> {
    let number = RECEIVED.load(Ordering::SeqCst);
    (number != 0).then(|| u8::try_from(128 + number).unwrap_or(130))
}

/// Keeps a child on the list of those who hear of signals, until dropped.
#[derive(Debug)]
pub(crate) struct Watch(Target);

impl Watch {
    /// For a child that leads its own process group.
    pub(crate) fn group(child: &Child) -> Self {
        Self::new(Pid::from_child(child), Target::Group)
    }

    /// For a child that shares our terminal and our group.
    pub(crate) fn foreground(child: &Child) -> Self {
        Self::new(Pid::from_child(child), Target::Foreground)
    }

    fn new(pid: Pid, target: fn(Pid) -> Target) -> Self {
        let target = target(pid);
        running().push(target);
        // A signal that came between the spawn and this line found an empty list.
        if exit_code().is_some() {
            send(target, RECEIVED.load(Ordering::SeqCst), false);
        }
        Self(target)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        running().retain(|target| *target != self.0);
    }
}

/// Ends a child's whole process group; `forced` does not ask.
pub(crate) fn end_group(child: &Child, forced: bool) {
    let signal = if forced { Signal::KILL } else { Signal::TERM };
    // The group may be gone already: then there is nothing to end.
    let _ = kill_process_group(Pid::from_child(child), signal);
}

/// Sends one signal to one child.
pub(crate) fn send_to(child: &Child, signal: Signal) {
    let _ = kill_process(Pid::from_child(child), signal);
}

fn running() -> MutexGuard<'static, Vec<Target>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn pass_on(number: i32, again: bool) {
    for target in running().iter() {
        send(*target, number, again);
    }
}

fn send(target: Target, number: i32, again: bool) {
    let signal = match number {
        SIGINT => Signal::INT,
        SIGHUP => Signal::HUP,
        _ => Signal::TERM,
    };
    // The child may have ended in this moment: nobody is left to tell.
    let _ = match target {
        Target::Group(pid) => kill_process_group(pid, if again { Signal::KILL } else { signal }),
        Target::Foreground(_) if number == SIGINT && typed_at_a_terminal() => Ok(()),
        Target::Foreground(pid) => kill_process(pid, signal),
    };
}

/// Whether a SIGINT came from the keyboard, and so went to the whole foreground group.
fn typed_at_a_terminal() -> bool {
    use std::io::IsTerminal;
    std::io::stdin().is_terminal()
}
