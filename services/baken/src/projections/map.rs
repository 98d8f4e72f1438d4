//! Maps of the read models. Their keys are ids and digests of ours, which are random already, or codes and short keys of
//! which there are few: their hash, seeded anew by each process, need not withstand whoever would choose keys that collide.

use std::collections::HashMap;

use foldhash::fast::RandomState;

pub type Map<K, V> = HashMap<K, V, RandomState>;
