//! The proof that what is told of who saw a person is in the signed access log: [`access_log::AccessProof`].

use access_log::{AccessError, AccessProof, Of, RecordLeaf};
use care_path::PersonId;
use tamper_evidence::Notary;
use transparency::Leaves;

use super::accesses::{AccessQueryError, STRETCH};
use super::{Baken, Reading};

/// Leaves that are read in one go.
const LEAVES: usize = 20_000;

impl Baken {
    /// Proves that the records of who saw a person are in the access log, as it is signed now. Of each it tells what
    /// [`Self::who_saw`] tells. Its time grows with the log: a second for some millions of records.
    ///
    /// # Errors
    /// As [`Self::who_saw`]; and where no checkpoint can be signed.
    pub async fn access_proof(
        &self,
        reader: &Reading,
        person: PersonId,
        notary: &Notary,
    ) -> Result<AccessProof, AccessQueryError> {
        let ids = self.whose_accesses(reader, person)?;
        let (size, checkpoint) = notary.checkpoint().await?;
        let (mut stored, mut before) = (Vec::new(), size + 1);
        loop {
            let stretch = self.access.stored(Of::Persons(ids.clone()), Some(before), STRETCH).await?;
            let is_last = stretch.len() < STRETCH;
            before = stretch.last().map_or(before, |last| last.number);
            stored.extend(stretch);
            if is_last {
                break;
            }
        }
        let mut leaves = Vec::new();
        let mut after = 0;
        while after < size {
            let page = self.access.leaves(after, LEAVES).await?;
            let Some(last) = page.last() else { break };
            after = last.number;
            leaves.extend(page.iter().map(RecordLeaf::hash));
        }
        leaves.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        let proof = move || AccessProof::of(ids.into_iter().collect(), stored, Leaves(&leaves), checkpoint);
        let proved = tokio::task::spawn_blocking(proof).await;
        let proof = proved.map_err(|error| AccessError::Unavailable(error.to_string()))?;
        Ok(proof.ok_or_else(|| AccessError::Unavailable("a record is not in its tree".to_owned()))?)
    }
}
