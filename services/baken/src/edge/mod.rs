//! Where the world talks to Baken.

pub mod auth;
