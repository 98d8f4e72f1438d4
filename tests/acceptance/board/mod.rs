//! The board, as a browser meets it.

pub mod browser;
mod disclosure;
mod emergency;
mod forms;
mod lists;
mod offline;
mod pages;
mod security;
mod sign_in;
mod truth;
