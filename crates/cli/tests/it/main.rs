//! The commands of the real binary: what they print, how they end, and that bad input is refused by name.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should say where it stopped")]

mod config;
mod dev;
mod docs;
mod doctor;
mod emulator;
mod help;
mod http;
mod migrate;
mod new;
mod operator;
mod park;
mod pipe;
mod program;
mod recording;
mod serve;
mod steer;
mod surroundings;
mod token;
mod usage;
