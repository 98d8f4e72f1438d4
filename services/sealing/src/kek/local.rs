//! Key-encryption keys that this process itself holds: their text form, and wrapping with them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::{Epoch, KekError, KekName, ToUnwrap, ToWrap};
use crate::secret::{Cipher, KEY_LEN, Key256, key_from, random_key};

/// KEKs by epoch; never empty.
pub(super) struct LocalKeks {
    name: KekName,
    keks: BTreeMap<Epoch, Key256>,
}

impl LocalKeks {
    /// One new KEK, of epoch 1.
    pub(super) fn first(name: KekName) -> Result<Self, KekError> {
        Ok(Self { name, keks: BTreeMap::from([(Epoch(1), random_key()?)]) })
    }

    /// Reads `EPOCH:BASE64` entries, each on a line or between commas. A line that begins with `#` is a comment.
    pub(super) fn parse(name: KekName, text: &str) -> Result<Self, KekError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let entries = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|entry| !entry.is_empty());
        let mut keks = BTreeMap::new();
        for (entry, text) in (1..).zip(entries) {
            let Some((epoch, kek)) = parse_entry(text) else {
                return Err(KekError::BadEntry { kek: name, entry });
            };
            if keks.insert(epoch, kek).is_some() {
                return Err(KekError::Twice { kek: name, epoch });
            }
        }
        if keks.is_empty() { Err(KekError::NoneGiven { kek: name }) } else { Ok(Self { name, keks }) }
    }

    pub(super) fn name(&self) -> KekName {
        self.name.clone()
    }

    /// The first epoch that both have, with another key.
    pub(super) fn differs_from(&self, other: &Self) -> Option<Epoch> {
        let differs = |(epoch, kek): (&Epoch, &Key256)| {
            let theirs = other.keks.get(epoch)?;
            let same = verify_slices_are_equal(kek.expose_secret(), theirs.expose_secret()).is_ok();
            (!same).then_some(*epoch)
        };
        self.keks.iter().find_map(differs)
    }

    /// The text that `parse` reads, one epoch a line.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        // Room for all of it at once: a string that grows would leave copies behind.
        let mut text = Zeroizing::new(String::with_capacity(self.keks.len() * 64));
        for (epoch, kek) in &self.keks {
            let mut encoded = Zeroizing::new([0; KEY_LEN.div_ceil(3) * 4]);
            let written = STANDARD.encode_slice(kek.expose_secret(), encoded.as_mut_slice()).unwrap_or_default();
            let encoded = std::str::from_utf8(&encoded[..written]).unwrap_or_default();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{epoch}:{encoded}");
        }
        text
    }

    pub(super) fn current(&self) -> Option<Epoch> {
        self.keks.last_key_value().map(|(epoch, _)| *epoch)
    }

    pub(super) fn has(&self, epoch: Epoch) -> bool {
        self.keks.contains_key(&epoch)
    }

    pub(super) fn has_before(&self, epoch: Epoch) -> bool {
        self.keks.range(..epoch).next().is_some()
    }

    /// Adds a KEK of the next epoch.
    pub(super) fn roll(&mut self) -> Result<Epoch, KekError> {
        let next = self.current().map_or(Some(1), |Epoch(last)| last.checked_add(1)).map(Epoch);
        let next = next.ok_or_else(|| KekError::unavailable(&self.name, "no epoch number is left"))?;
        self.keks.insert(next, random_key()?);
        Ok(next)
    }

    /// Drops the KEKs before an epoch, never the current one; says whether there were any.
    pub(super) fn retire(&mut self, before: Epoch) -> bool {
        let before = self.current().map_or(before, |current| before.min(current));
        let kept = self.keks.split_off(&before);
        !std::mem::replace(&mut self.keks, kept).is_empty()
    }

    pub(super) fn wrap(&self, epoch: Epoch, keys: &[ToWrap<'_>]) -> Result<Vec<Vec<u8>>, KekError> {
        let cipher = self.cipher(epoch)?;
        let wrap = |each: &ToWrap<'_>| {
            cipher.seal(&each.aad, KEY_LEN, |buffer| buffer.extend_from_slice(each.key.expose_secret()))
        };
        Ok(keys.iter().map(wrap).collect::<Result<_, _>>()?)
    }

    pub(super) fn unwrap(&self, epoch: Epoch, keys: &[ToUnwrap<'_>]) -> Result<Vec<Option<Key256>>, KekError> {
        let cipher = self.cipher(epoch)?;
        let unwrap = |each: &ToUnwrap<'_>| {
            let mut buffer = Zeroizing::new(each.wrapped.to_vec());
            cipher.open(&each.aad, &mut buffer).and_then(|key| key_from(key))
        };
        Ok(keys.iter().map(unwrap).collect())
    }

    fn cipher(&self, epoch: Epoch) -> Result<Cipher, KekError> {
        let unknown = || KekError::UnknownEpoch { kek: self.name(), epoch };
        let kek = self.keks.get(&epoch).ok_or_else(unknown)?;
        Ok(Cipher::new(kek)?)
    }
}

fn parse_entry(entry: &str) -> Option<(Epoch, Key256)> {
    let (epoch, encoded) = entry.split_once(':')?;
    let bytes = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    Some((Epoch(epoch.trim().parse().ok()?), key_from(&bytes)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first() -> LocalKeks {
        LocalKeks::first(KekName::new("the test's")).unwrap()
    }

    fn parse(text: &str) -> Result<LocalKeks, KekError> {
        LocalKeks::parse(KekName::new("the test's"), text)
    }

    #[test]
    fn keks_survive_being_written_and_read() {
        let mut keks = first();
        keks.roll().unwrap();
        let again = parse(&keks.to_text()).unwrap();
        assert_eq!(again.current(), Some(Epoch(2)));
        assert_eq!(*again.to_text(), *keks.to_text());
        for epoch in [Epoch(1), Epoch(2)] {
            let key = random_key().unwrap();
            let wrapped = keks.wrap(epoch, &[ToWrap { key: &key, aad: b"x".to_vec() }]).unwrap();
            let unwrapped = again.unwrap(epoch, &[ToUnwrap { wrapped: &wrapped[0], aad: b"x".to_vec() }]).unwrap();
            assert_eq!(unwrapped[0].as_ref().unwrap().expose_secret(), key.expose_secret());
        }
    }

    #[test]
    fn a_bad_entry_is_named_by_its_place_and_never_by_its_content() {
        let good = first().to_text();
        for bad in ["2:c2hvcnQ=", "2", "two:AAAA", "2:!!!!"] {
            let error = parse(&format!("# a comment\n{},{bad}", good.trim())).map(|_| ()).unwrap_err();
            assert!(matches!(error, KekError::BadEntry { entry: 2, .. }), "{bad}: {error}");
            assert!(!error.to_string().contains(bad.split_once(':').map_or("c2hvcnQ", |(_, secret)| secret)));
        }
        assert!(matches!(parse(&good.repeat(2)).map(|_| ()), Err(KekError::Twice { epoch: Epoch(1), .. })));
        assert!(matches!(parse("# nothing\n").map(|_| ()), Err(KekError::NoneGiven { .. })));
    }

    #[test]
    fn another_key_of_the_same_epoch_is_noticed() {
        let (mut keks, other) = (first(), first());
        assert_eq!(keks.differs_from(&other), Some(Epoch(1)));
        let copy = parse(&keks.to_text()).unwrap();
        keks.roll().unwrap();
        assert_eq!((keks.differs_from(&copy), copy.differs_from(&keks)), (None, None));
    }

    #[test]
    fn a_retired_epoch_unwraps_nothing_and_the_current_one_cannot_be_retired() {
        let mut keks = first();
        let key = random_key().unwrap();
        let wrapped = keks.wrap(Epoch(1), &[ToWrap { key: &key, aad: Vec::new() }]).unwrap();
        keks.roll().unwrap();
        assert!(keks.retire(Epoch(9)));
        let old = keks.unwrap(Epoch(1), &[ToUnwrap { wrapped: &wrapped[0], aad: Vec::new() }]);
        assert!(matches!(old, Err(KekError::UnknownEpoch { epoch: Epoch(1), .. })));
        assert!(!keks.retire(Epoch(9)));
        assert!(keks.has(Epoch(2)));
        assert!(keks.unwrap(Epoch(2), &[ToUnwrap { wrapped: &wrapped[0], aad: Vec::new() }]).unwrap()[0].is_none());
    }
}
