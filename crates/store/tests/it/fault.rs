//! Databases that fail: the answer is "unavailable" within bounded time, and all is well again afterwards.

mod postgres;
mod sqlite;
