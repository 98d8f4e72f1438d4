//! The read models: folds over the log, in memory, with the indexes that their queries need. They can be thrown away
//! and rebuilt at any time; a digest says whether two of them are equal.

mod agenda;
mod answers;
mod aside;
mod beds;
mod cases;
mod digest;
mod directory;
mod due;
#[cfg(test)]
mod faulty;
mod figures;
mod finder;
mod follower;
mod index;
mod map;
mod matches;
mod model;
#[cfg(test)]
mod tests;
mod trail;
mod turn_aways;
mod worklist;
mod world;

pub use aside::{SetAside, guarded};
pub use cases::{Case, Entry};
pub use digest::{Digests, ModelDigest};
#[cfg(test)]
pub use faulty::At;
pub use finder::{Candidates, Finder};
pub use follower::{FollowError, Follower, catch_up_to};
pub use index::{Feature, PartPlace, Reach};
pub use turn_aways::TurnAways;
pub use worklist::{Place, Touched, addresses};
pub use world::World;
