//! `/v1/batch` over HTTP: for teams that were offline, and for the systems of shelters.

mod cut_off;
mod import;
mod large;
mod recorded;
mod sender;
mod streaming;
