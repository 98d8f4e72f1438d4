//! Maps whose keys are ids and digests of ours, which are random already: their hash need not withstand whoever would
//! choose keys that collide.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

pub type Map<K, V> = HashMap<K, V, RandomState>;
pub type Set<K> = HashSet<K, RandomState>;
