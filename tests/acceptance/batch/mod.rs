//! `/v1/batch` over HTTP: for teams that were offline, and for the systems of shelters.

mod cut_off;
mod recorded;
mod sender;
mod streaming;
