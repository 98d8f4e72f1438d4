//! The read models: folds over the log, in memory, with the indexes that their queries need. They can be thrown away
//! and rebuilt at any time; a digest says whether two of them are equal.

mod agenda;
mod case;
mod digest;
mod follower;
mod index;
mod map;
mod matches;
#[cfg(test)]
mod tests;
mod trail;
mod worklist;
mod world;

pub use agenda::Agenda;
pub use case::{Case, Entry};
pub use digest::{Digests, ModelDigest};
pub use follower::{FollowError, Follower, catch_up_to};
pub use index::{Feature, Reach};
pub use matches::Matches;
pub use trail::Trail;
pub use worklist::{Place, Touched, addresses};
pub use world::World;
