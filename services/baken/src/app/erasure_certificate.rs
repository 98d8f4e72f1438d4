//! The certificate that a person was erased: [`tamper_evidence::ErasureCertificate`].

use care_path::PersonId;
use care_path::codes::{Code as _, DataClass, ErasureGround};
use care_path::policy::rules::keeps_records;
use care_path::sight::Disclosed;
use care_path::views::{ErasureView, disclose_erasure};
use chrono::SecondsFormat;
use tamper_evidence::{ErasureCertificate, EventProof, Notary, NotaryError};

use super::{Baken, Reading};
use crate::event_log::{LogError, Position};
use crate::history::is_our_stream;
use crate::sealing::{DestroyedKeys, KeyError};

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("the role does not keep records")]
    Forbidden,
    #[error("there is no such person, or they were not erased")]
    NotFound,
    #[error("the erasure is under way: keys are still being destroyed or wrapped anew")]
    UnderWay,
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Notary(#[from] NotaryError),
}

impl Baken {
    /// A signed certificate that a person was erased, once all of it is done. Its time grows with the log.
    ///
    /// # Errors
    /// See [`CertificateError`].
    pub async fn erasure_certificate(
        &self,
        reader: &Reading,
        person: PersonId,
        notary: &Notary,
    ) -> Result<String, CertificateError> {
        if !keeps_records(reader.actor.role()) {
            return Err(CertificateError::Forbidden);
        }
        let Some((erasure, position)) = self.erasure_of(person) else {
            reader.hidden(person);
            return Err(CertificateError::NotFound);
        };
        reader.shown(Disclosed::nothing_of(person));
        let destroyed = self.sealer.ring().destroyed(person).await?.ok_or(CertificateError::UnderWay)?;
        let (size, _) = notary.checkpoint().await?;
        let proof = EventProof::of(self.log.clone(), is_our_stream, position, size).await?;
        let classes: Vec<_> = DataClass::ALL.iter().map(|class| class.code()).collect();
        let certificate = ErasureCertificate {
            log: notary.signer().public().name().to_owned(),
            person: person.to_string(),
            ground: erasure.ground.map(article),
            decided: erasure.decided_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            destroyed_before: self.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true),
            classes: classes.join(", "),
            epoch: told(destroyed),
            event: erasure.event_id.to_string(),
            position: position.to_string(),
            proof: proof.ok_or(NotaryError::SetBack)?,
        };
        Ok(certificate.sign(notary.signer()).to_string())
    }

    /// By what a person was erased, and where that lies in the log.
    fn erasure_of(&self, person: PersonId) -> Option<(ErasureView, Position)> {
        let world = self.world.read();
        let case = world.case(person)?;
        let erasure = disclose_erasure(&case.path, person)?;
        let entry = case.history.iter().find(|entry| entry.stamp.event_id == erasure.event_id)?;
        Some((erasure, entry.position))
    }

    /// Whether the person of this id was erased.
    pub fn was_erased(&self, person: PersonId) -> bool {
        self.world.read().erased().contains(&person)
    }
}

/// The ground, with the article of law that the list of grounds names for it.
fn article(ground: ErasureGround) -> String {
    let article = match ground {
        ErasureGround::Request => "GDPR art. 17(1)(b); of a medical file, art. 7:455 of the Dutch Civil Code",
        ErasureGround::Unlawful => "GDPR art. 17(1)(d)",
        ErasureGround::RetentionEnded => "GDPR art. 5(1)(e) and 17(1)(a)",
    };
    format!("{} ({article})", ground.code())
}

fn told(DestroyedKeys { epoch, is_rolled }: DestroyedKeys) -> String {
    if is_rolled {
        format!("epoch {epoch}; it was rolled with the erasure, and no earlier epoch is in use")
    } else {
        format!("epoch {epoch}; it is given from outside, and this service cannot roll it")
    }
}
