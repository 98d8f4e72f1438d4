//! Proofs against RFC 9162's own definitions, read literally; against the vectors that implementations share; and against
//! every proof that is not the right one.

use proptest::prelude::*;

use super::*;
use crate::Tree;

/// RFC 9162, section 2.1.1, as it stands there.
fn root_of(contents: &[Vec<u8>]) -> Hash {
    match contents {
        [] => Hash::of_nothing(),
        [only] => Hash::of_leaf(only),
        _ => {
            let (left, right) = contents.split_at(split(contents.len()));
            Hash::of_node(&root_of(left), &root_of(right))
        }
    }
}

fn hex(hash: Hash) -> String {
    use std::fmt::Write as _;
    hash.as_bytes().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The eight leaves of the vectors that Certificate Transparency's implementations share
/// (`transparency-dev/merkle`, `testonly`).
fn shared() -> Vec<Vec<u8>> {
    let hex = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let byte = |text: &str, at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    hex.iter().map(|text| (0..text.len()).step_by(2).map(|at| byte(text, at)).collect()).collect()
}

fn hashed(contents: &[Vec<u8>]) -> Vec<Hash> {
    contents.iter().map(|content| Hash::of_leaf(content)).collect()
}

#[test]
fn the_roots_are_those_of_the_shared_vectors() {
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut tree = Tree::default();
    assert_eq!(hex(tree.root()), roots[0]);
    for (leaf, root) in hashed(&shared()).into_iter().zip(&roots[1..]) {
        tree.push(leaf);
        assert_eq!(hex(tree.root()), *root, "of {}", tree.size());
    }
}

#[test]
fn a_proof_of_the_shared_vectors_is_theirs() {
    let leaves = hashed(&shared());
    // The sixth leaf in the tree of eight.
    let path = InclusionProof::of(Leaves(&leaves), 5).unwrap();
    let expected = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(path.0.into_iter().map(hex).collect::<Vec<_>>(), expected);
    // From six leaves to eight.
    let path = ConsistencyProof::of(Leaves(&leaves), 6).unwrap();
    let expected = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(path.0.into_iter().map(hex).collect::<Vec<_>>(), expected);
}

#[test]
fn every_leaf_of_every_small_tree_is_shown_to_be_in_it_and_no_other_one() {
    for size in 1..=40_u64 {
        let leaves: Vec<_> = (0..size).map(|n| Hash::of_leaf(&n.to_be_bytes())).collect();
        let root = Leaves(&leaves).root();
        for (index, leaf) in (0..).zip(&leaves) {
            let proof = InclusionProof::of(Leaves(&leaves), index).unwrap();
            assert_eq!(proof.verify(*leaf, index, size, root), Ok(()), "{index} of {size}");
            for (elsewhere, other) in (0..).zip(&leaves).filter(|(elsewhere, _)| *elsewhere != index) {
                assert!(proof.verify(*leaf, elsewhere, size, root).is_err(), "{index} as {elsewhere} of {size}");
                assert!(proof.verify(*other, index, size, root).is_err(), "{elsewhere} at {index} of {size}");
            }
        }
        assert_eq!(InclusionProof::of(Leaves(&leaves), size), None);
        let refused = InclusionProof(Vec::new()).verify(root, size, size, root);
        assert_eq!(refused, Err(ProofError::NoSuchLeaf { index: size, size }));
    }
}

#[test]
fn the_proofs_of_several_leaves_are_those_of_each() {
    let leaves: Vec<_> = (0..70_u64).map(|n| Hash::of_leaf(&n.to_be_bytes())).collect();
    for size in 0..=70_u64 {
        let tree = Leaves(&leaves[..usize::try_from(size).unwrap()]);
        for step in 1..9 {
            let indices: Vec<_> = (0..size).step_by(step).collect();
            let each = indices.iter().map(|index| InclusionProof::of(tree, *index).unwrap()).collect();
            assert_eq!(InclusionProof::of_many(tree, &indices), Some(each), "every {step} of {size}");
        }
        assert_eq!(InclusionProof::of_many(tree, &[size]), None);
    }
    assert_eq!(InclusionProof::of_many(Leaves(&leaves), &[2, 1]), None);
}

#[test]
fn every_small_tree_is_shown_to_have_grown_from_every_smaller_one() {
    let leaves: Vec<_> = (0..40_u64).map(|n| Hash::of_leaf(&n.to_be_bytes())).collect();
    let at = |size: u64| Leaves(&leaves[..usize::try_from(size).unwrap()]);
    for new in 0..=40 {
        for old in 0..=new {
            let proof = ConsistencyProof::of(at(new), old).unwrap();
            let verified = proof.verify((old, at(old).root()), (new, at(new).root()));
            assert_eq!(verified, Ok(()), "{old} to {new}");
        }
        assert_eq!(ConsistencyProof::of(at(new), new + 1), None);
    }
    let refused = ConsistencyProof(Vec::new()).verify((3, at(3).root()), (2, at(2).root()));
    assert_eq!(refused, Err(ProofError::NotSmaller { old: 3, new: 2 }));
}

/// A proof with one hash changed, one left out, one twice or one more.
fn spoilt(proof: &[Hash], how: u8, at: usize) -> Vec<Hash> {
    let mut spoilt = proof.to_vec();
    let stranger = Hash::of_leaf(b"none of the tree's");
    match how {
        0 if !proof.is_empty() => spoilt[at % proof.len()] = stranger,
        1 if !proof.is_empty() => drop(spoilt.remove(at % proof.len())),
        2 if !proof.is_empty() => spoilt.insert(at % proof.len(), proof[at % proof.len()]),
        _ => spoilt.push(stranger),
    }
    spoilt
}

proptest! {
    #[test]
    fn the_root_is_the_one_that_the_standard_defines(
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..200),
    ) {
        prop_assert_eq!(Leaves(&hashed(&contents)).root(), root_of(&contents));
    }

    #[test]
    fn a_spoilt_proof_shows_nothing(
        (size, old) in (1_u64..300).prop_flat_map(|size| (Just(size), 0..size)),
        how in 0_u8..4,
        at in 0_usize..16,
    ) {
        let leaves: Vec<_> = (0..size).map(|n| Hash::of_leaf(&n.to_be_bytes())).collect();
        let root = Leaves(&leaves).root();
        let index = usize::try_from(old).unwrap();
        let proof = InclusionProof::of(Leaves(&leaves), old).unwrap();
        prop_assert_eq!(proof.verify(leaves[index], old, size, root), Ok(()));
        let wrong = InclusionProof(spoilt(&proof.0, how, at));
        prop_assert!(wrong.verify(leaves[index], old, size, root).is_err());

        let old_root = Leaves(&leaves[..index]).root();
        let proof = ConsistencyProof::of(Leaves(&leaves), old).unwrap();
        prop_assert_eq!(proof.verify((old, old_root), (size, root)), Ok(()));
        let wrong = ConsistencyProof(spoilt(&proof.0, how, at));
        prop_assert!(wrong.verify((old, old_root), (size, root)).is_err());
    }

    #[test]
    fn a_tree_that_was_changed_before_its_old_end_is_not_shown_to_have_grown(
        (size, old, changed) in (2_u64..200)
            .prop_flat_map(|size| (Just(size), 1..size))
            .prop_flat_map(|(size, old)| (Just(size), Just(old), 0..old)),
    ) {
        let mut leaves: Vec<_> = (0..size).map(|n| Hash::of_leaf(&n.to_be_bytes())).collect();
        let old_root = Leaves(&leaves[..usize::try_from(old).unwrap()]).root();
        leaves[usize::try_from(changed).unwrap()] = Hash::of_leaf(b"changed");
        let proof = ConsistencyProof::of(Leaves(&leaves), old).unwrap();
        prop_assert!(proof.verify((old, old_root), (size, Leaves(&leaves).root())).is_err());
    }
}
