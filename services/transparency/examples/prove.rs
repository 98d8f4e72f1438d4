//! Prints proofs about a file of leaf hashes, for another implementation to verify (`tests/tamper/run.sh`):
//! `prove FILE SIZE...` proves that each size grew into all that are larger, and in each that single leaves are in it.

use std::error::Error;

use serde_json::{Value, json};
use transparency::{ConsistencyProof, Hash, InclusionProof, Leaves};

/// Leaves that are proved of each tree.
const PROVED: u64 = 50;

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(ToString::to_string).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let bytes = std::fs::read(arguments.next().ok_or("a file of leaf hashes")?)?;
    let leaves: Vec<_> = bytes.as_chunks().0.iter().copied().map(Hash::from_bytes).collect();
    let sizes = arguments.map(|size| size.parse()).collect::<Result<Vec<u64>, _>>()?;
    let (mut inclusion, mut consistency): (Vec<Value>, Vec<Value>) = Default::default();
    for &size in &sizes {
        let tree = Leaves(leaves.get(..usize::try_from(size)?).ok_or("more leaves than there are")?);
        let step = usize::try_from(size / PROVED + 1)?;
        for index in (0..size).step_by(step) {
            let proof = InclusionProof::of(tree, index).ok_or("no such leaf")?;
            inclusion.push(json!({ "size": size, "index": index, "proof": texts(&proof.0) }));
        }
        for &old in sizes.iter().filter(|old| **old <= size) {
            let proof = ConsistencyProof::of(tree, old).ok_or("no such tree")?;
            consistency.push(json!({ "old": old, "new": size, "proof": texts(&proof.0) }));
        }
    }
    println!("{}", json!({ "inclusion": inclusion, "consistency": consistency }));
    Ok(())
}
