//! `baken verify` on an access log, on a proof of who saw a person, and on a certificate of erasure.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use access_log::{AccessPlace, AccessProof, ToldPerson};
use tamper_evidence::{
    AccessReport, CertificateError, ErasureCertificate, Evidence, LogEvidence, access_store, verify_accesses,
};
use transparency::{Checkpoint, CheckpointError, SignedNote, Verifiers};

use super::installation::Installation;
use super::verify::{NotVerified, Verdict};
use crate::sources::{Clock as _, SystemClock};

/// Holds the access log against what is kept of it, and says what was found.
pub(super) async fn verify_access_log(
    installation: &Installation,
    evidence: &BTreeMap<String, LogEvidence>,
    has_checkpoints: bool,
    out: &mut impl Write,
) -> Result<Verdict, NotVerified> {
    let Some((place, kept)) = installation.accesses()? else { return Ok(Verdict::AsItWas) };
    if let Some(path) = place.file().filter(|path| !path.exists()) {
        if evidence.is_empty() {
            return Ok(Verdict::AsItWas);
        }
        let stores: Vec<_> = evidence.keys().map(String::as_str).collect();
        let (file, stores) = (path.display(), stores.join(", "));
        writeln!(out, "NOT AS IT WAS: there is no access log at {file}, and checkpoints of one are kept: {stores}")?;
        return Ok(Verdict::NotAsItWas);
    }
    let verified = verify_accesses(&place, evidence, kept, SystemClock.now()).await;
    let report = verified.map_err(|source| NotVerified::Accesses { place: place.clone(), source })?;
    tell(&place, &report, has_checkpoints, out)?;
    let others: Vec<_> = evidence.keys().filter(|store| **store != report.store).map(String::as_str).collect();
    if !others.is_empty() {
        let others = others.join(", ");
        match place.file() {
            Some(_) => writeln!(out, "Access logs of other nodes, to be verified there: {others}")?,
            None => writeln!(out, "Access logs that are not this one, to be verified where they are: {others}")?,
        }
    }
    Ok(Verdict::of(report.findings.is_empty()))
}

fn tell(
    place: &AccessPlace,
    report: &AccessReport,
    has_checkpoints: bool,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let AccessReport { store, size, removed, root, covered, held_against: (checkpoints, leaves), findings } = report;
    writeln!(out, "{place}: {size} records of accesses in the store {store}")?;
    if let Some((count, at)) = removed {
        let last = if at.is_empty() { String::new() } else { format!(", the last of them made at {at}") };
        writeln!(out, "removed, of which the leaves are left: {count} records{last}")?;
    }
    writeln!(out, "root of the tree: {root}")?;
    if *checkpoints > 0 {
        writeln!(
            out,
            "held against {checkpoints} checkpoints, the largest of {covered} records, and {leaves} leaf hashes"
        )?;
    }
    for finding in findings {
        writeln!(out, "NOT AS IT WAS: {finding}")?;
    }
    match (findings.is_empty(), has_checkpoints, *checkpoints) {
        (false, ..) => Ok(()),
        (true, true, 0) => {
            writeln!(out, "No checkpoint of the access log was given: whether it was rewritten is not known.")
        }
        (true, _, 0) => {
            writeln!(out, "The access log agrees with itself. Whether it was rewritten, only a checkpoint can tell.")
        }
        (true, ..) => writeln!(
            out,
            "The first {covered} records are as they were signed; {} came later, for which no checkpoint vouches.",
            size - covered
        ),
    }
}

/// Verifies a proof of who saw a person, and holds it against what is kept, if that is given.
pub(super) fn verify_proof(
    path: &Path,
    verifiers: &Verifiers,
    kept: Option<&Evidence>,
    out: &mut impl Write,
) -> Result<Verdict, NotVerified> {
    let text = fs::read_to_string(path).map_err(|source| NotVerified::File { path: path.to_owned(), source })?;
    let proof: AccessProof =
        serde_json::from_str(&text).map_err(|source| NotVerified::Proof { path: path.to_owned(), source })?;
    let refused = |source| NotVerified::Checkpoint { path: path.to_owned(), source };
    let note: SignedNote = proof.checkpoint.parse().map_err(|error| refused(CheckpointError::Note(error)))?;
    let Some(store) = access_store(verifiers.key_name(), note.origin()) else {
        let (given, here) = (note.origin().to_owned(), verifiers.key_name().to_owned());
        return Err(NotVerified::AnotherLog { given, here });
    };
    let checkpoint = Checkpoint::open(&note, &verifiers.of(note.origin())).map_err(refused)?.checkpoint;
    writeln!(out, "{}: {} records, root {}", checkpoint.origin, checkpoint.size, checkpoint.root)?;
    if let Err(error) = proof.verify(&checkpoint) {
        writeln!(out, "NOT PROVED: {error}")?;
        return Ok(Verdict::NotAsItWas);
    }
    for record in &proof.records {
        let of = record.persons.iter().filter_map(|person| match person {
            ToldPerson::Told { categories, .. } => Some(categories.join(", ")),
            ToldPerson::Withheld { .. } => None,
        });
        let (number, at, reader) = (record.number, &record.at, &record.reader);
        let of = of.collect::<Vec<_>>().join("; ");
        writeln!(out, "record {number}: {at}, {} ({}): {of}", reader.organisation, reader.role)?;
    }
    writeln!(out, "All {} records are in the access log that was signed.", proof.records.len())?;
    let Some(kept) = kept else { return Ok(Verdict::AsItWas) };
    goes_together(&checkpoint, kept.accesses.get(store), out)
}

/// Verifies a certificate of erasure, and holds it against what is kept, if that is given.
pub(super) fn verify_certificate(
    path: &Path,
    verifiers: &Verifiers,
    kept: Option<&Evidence>,
    out: &mut impl Write,
) -> Result<Verdict, NotVerified> {
    let text = fs::read_to_string(path).map_err(|source| NotVerified::File { path: path.to_owned(), source })?;
    let refused = |source| NotVerified::Certificate { path: path.to_owned(), source };
    let note = text.parse().map_err(|error| refused(CheckpointError::Note(error).into()))?;
    let certificate = match ErasureCertificate::open(&note, verifiers) {
        Err(CertificateError::NotInLog(error)) => {
            writeln!(out, "NOT PROVED: the event is not in the log that the certificate names: {error}")?;
            return Ok(Verdict::NotAsItWas);
        }
        opened => opened.map_err(refused)?,
    };
    write!(out, "{certificate}")?;
    writeln!(out, "It is signed, and its event is event {} of that log.", certificate.proof.index + 1)?;
    let Some(kept) = kept else { return Ok(Verdict::AsItWas) };
    goes_together(&certificate.checkpoint(), Some(&kept.log), out)
}

/// Whether a checkpoint goes together with what is kept of its log.
fn goes_together(
    checkpoint: &Checkpoint,
    kept: Option<&LogEvidence>,
    out: &mut impl Write,
) -> Result<Verdict, NotVerified> {
    match kept.and_then(|kept| kept.has(checkpoint)) {
        None => writeln!(out, "What is kept does not reach as far as this checkpoint, or is of other logs.")?,
        Some(true) => writeln!(out, "The checkpoint goes together with those that are kept.")?,
        Some(false) => {
            writeln!(
                out,
                "NOT AS IT WAS: the checkpoint belies those that are kept: the log was signed in two versions"
            )?;
            return Ok(Verdict::NotAsItWas);
        }
    }
    Ok(Verdict::AsItWas)
}
