//! What each refusal says to somebody who works on the board, and what to do about it. The service's own sentences are for
//! programs and those who write them.

use super::{Language, Said};

/// What is said of a refusal that has no words of its own.
const OTHER: Said = Said(
    "Dit kan nu niet. Kijk de gegevens na, of vraag de beheerder van Baken.",
    "This cannot be done now. Check the details, or ask the administrator of Baken.",
);

/// What is said where nothing helps but to wait.
const LATER: Said = Said(
    "Baken heeft even storing. Wacht een minuut en probeer het opnieuw.",
    "Baken has a short failure. Wait a minute and try again.",
);

/// What is said where signing in did not work.
const SIGN_IN: Said = Said(
    "U bent niet goed aangemeld. Meld u opnieuw aan. Helpt dat niet, bel dan de beheerder.",
    "You are not signed in correctly. Sign in again. If that does not help, call the administrator.",
);

/// What is said of what a page of the board does not send.
const MALFORMED: Said = Said(
    "Er ging iets mis met versturen. Laad de pagina opnieuw en probeer het nog eens.",
    "Something went wrong in sending. Reload the page and try again.",
);

/// Every code of the domain (`Refusal::codes`) and of the edge, with what it says.
#[rustfmt::skip]
const REFUSALS: &[(&str, Said)] = &[
    ("sign_in_failed", Said("De aanmelddienst antwoordt niet. Meld u over een minuut opnieuw aan. Helpt dat niet, bel dan de beheerder.",
        "The sign-in service does not answer. Sign in again in a minute. If that does not help, call the administrator.")),
    // The domain: the directory.
    ("not_in_the_directory", Said("Deze organisatie of locatie is er niet. Kijk in de lijst.",
        "There is no such organisation or facility. Look at the list.")),
    ("organisation_already_registered", Said("Er is al een organisatie met deze korte naam. Kies een andere.",
        "There is an organisation of this short name already. Choose another.")),
    ("facility_already_registered", Said("Er is al een locatie met deze korte naam. Kies een andere.",
        "There is a facility of this short name already. Choose another.")),
    ("already_closed", Said("Dit is al gesloten.", "This is closed already.")),
    ("has_guests", Said("Er hebben nog mensen een bed. Geef die bedden eerst vrij, of geef de mensen elders een bed.",
        "People have beds there still. Release these first, or give the people beds elsewhere.")),
    ("not_closed", Said("Dit is niet gesloten.", "This is not closed.")),
    // The domain: figures.
    ("period_not_over", Said("Deze periode is nog niet voorbij. Wacht tot na de laatste dag.",
        "This period is not over yet. Wait until after its last day.")),
    ("period_already_released", Said("De cijfers van deze periode zijn al vrijgegeven. Dat gebeurt één keer.",
        "The figures of this period were released already. That happens once.")),
    ("year_already_released", Said("De cijfers van het hele jaar zijn al vrijgegeven. Dan kan een kwartaal niet meer.",
        "The figures of the whole year were released already. A quarter cannot follow.")),
    ("period_not_released", Said("De cijfers van deze periode zijn niet vrijgegeven. Geef ze eerst vrij.",
        "The figures of this period were not released. Release them first.")),
    ("unknown_source", Said("Van deze bron worden geen cijfers getoond.", "No figures of this source are shown.")),
    // The domain: the case.
    ("invalid_field", Said("Er klopt iets niet. Kijk bij de velden.", "Something is not right. Look at the fields.")),
    ("not_yours", Said("Alleen de organisatie die dit deed of kreeg, mag het doen. Vraag het aan haar.",
        "Only the organisation that did or received this may do it. Ask them.")),
    ("case_closed", Said("Dit dossier is afgesloten. Heropen het eerst.", "This case is closed. Reopen it first.")),
    ("person_died", Said("Er staat dat deze persoon is overleden. Klopt dat niet? Neem dan eerst die regel terug.",
        "It is recorded that this person died. Is that wrong? Then take that entry back first.")),
    ("case_not_closed", Said("Dit dossier is niet afgesloten. U hoeft het niet te heropenen.",
        "This case is not closed. There is no need to reopen it.")),
    ("death_already_recorded", Said("Het overlijden is al vastgelegd.", "The death is on record already.")),
    // Who somebody is.
    ("identity_nothing_claimed", Said("U heeft niets ingevuld. Vul minstens één gegeven over de persoon in.",
        "Nothing was filled in. Fill in at least one thing about the person.")),
    ("link_to_itself", Said("Dit is dezelfde kaart. Kies de andere persoon.", "This is the same record. Choose the other person.")),
    ("already_linked", Said("Deze twee zijn al gekoppeld.", "These two are linked already.")),
    ("linked_persons_related", Said(
        "Er staat dat deze twee bij elkaar horen, dus zijn het er twee. Klopt dat niet, beëindig dan eerst die relatie.",
        "It is on record that these two belong together, so they are two. If that is wrong, end that relation first.")),
    ("not_linked", Said("Deze twee zijn niet zelf gekoppeld. Zit er een andere kaart tussen, maak het dan daar ongedaan.",
        "These two are not linked themselves. If there is another record in between, undo it there.")),
    ("match_with_itself", Said("Dit is dezelfde kaart. Kies de andere persoon.", "This is the same record. Choose the other person.")),
    ("match_already_released", Said("Deze persoon is al vrijgegeven voor andere gemeenten.",
        "This person was released to other municipalities already.")),
    ("match_not_released", Said("Geef eerst zelf deze persoon vrij. De andere gemeente moet ook kunnen kijken.",
        "Release this person first. The other municipality must be able to look too.")),
    ("match_already_agreed", Said("U heeft al gezegd dat het dezelfde is. De andere gemeente moet nog antwoorden.",
        "You said already that they are the same. The other municipality has still to answer.")),
    ("match_already_dismissed", Said("Er is al gezegd dat dit iemand anders is.", "It was said already that this is somebody else.")),
    ("related_to_itself", Said("Dit is dezelfde persoon. Kies de ander.", "This is the same person. Choose the other one.")),
    ("same_person", Said("Deze twee zijn gekoppeld als één persoon. Maak eerst de koppeling ongedaan.",
        "These two are linked as one person. Undo the link first.")),
    ("already_related", Said("Deze relatie staat er al.", "This relation is on record already.")),
    ("not_related", Said("Deze relatie staat er niet. Er is niets om te beëindigen.",
        "This relation is not on record. There is nothing to end.")),
    // Beds.
    ("no_beds_there", Said("Op zo'n plek zijn geen bedden. Kies een ander soort bed.",
        "There are no beds in such a place. Choose another kind of bed.")),
    ("place_full", Said("Deze plek is vol. Kies een andere, of schrijf op waarom de persoon er toch bij moet.",
        "This place is full. Choose another one, or write down why the person must go there all the same.")),
    ("stay_ends_before_it_begins", Said("Het einde ligt vóór het begin. Verander een van de twee tijden.",
        "The end is before the beginning. Change one of the two times.")),
    ("bed_already_assigned", Said("Deze persoon heeft hier al een bed, voor vannacht of voor later. Geef eerst dat bed vrij.",
        "This person has a bed here already, for tonight or for later. Release that bed first.")),
    ("not_expected", Said("Deze persoon wordt nu niet in dit bed verwacht, of is al gezien. Kijk op de lijst van vanavond.",
        "This person is not expected in this bed now, or was seen already. Look at tonight's list.")),
    ("no_show_too_early", Said("Deze persoon wordt later vanavond verwacht. Wacht tot die tijd voorbij is.",
        "This person is expected later tonight. Wait until that time has passed.")),
    ("no_show_already_recorded", Said("Er staat al dat deze persoon die nacht niet kwam.",
        "It is on record already that this person did not come that night.")),
    ("no_open_stay", Said("Deze persoon heeft hier geen bed. Wijs eerst een bed toe.",
        "This person has no bed here. Assign a bed first.")),
    ("bed_already_released", Said("Dit bed is al vrijgegeven.", "This bed was released already.")),
    ("bed_held_after_no_show", Said("Dit bed wordt vrijgehouden voor een kwetsbare persoon die niet kwam. De procesregisseur kan het vrijgeven: bel die.",
        "This bed is kept free for a vulnerable person who did not come. The coordinator can release it: call them.")),
    ("bed_held_by_pending_exception", Said("Dit bed wordt vrijgehouden: er is een uitzondering gevraagd. Wacht op het besluit van de procesregisseur.",
        "This bed is kept free: an exception was requested. Wait for the coordinator's decision.")),
    // Referrals.
    ("referral_unknown", Said("Deze verwijzing is er niet. Laad de pagina opnieuw.", "This referral is not there. Reload the page.")),
    ("referral_to_itself", Said("U kunt niet naar uw eigen organisatie verwijzen. Kies een andere.",
        "You cannot refer to your own organisation. Choose another one.")),
    ("offering_not_offered", Said("Deze organisatie biedt dit niet. Kies een andere organisatie of ander aanbod.",
        "This organisation does not offer this. Choose another organisation or another offer.")),
    ("referral_already_open", Said("Deze verwijzing loopt al. Wacht op antwoord, of trek die eerst in.",
        "This referral is open already. Wait for an answer, or withdraw it first.")),
    ("referral_already_answered", Said("Deze verwijzing is al beantwoord. Laad de pagina opnieuw om het antwoord te zien.",
        "This referral was answered already. Reload the page to see the answer.")),
    ("referral_not_accepted", Said("Deze verwijzing is nog niet geaccepteerd. Accepteer die eerst.",
        "This referral has not been accepted. Accept it first.")),
    ("care_not_started", Said("De zorg is nog niet gestart. Leg eerst de start vast.", "Care has not started. Record the start first.")),
    ("referral_not_open", Said("Deze verwijzing loopt niet meer. Maak zo nodig een nieuwe.",
        "This referral is not open any more. Make a new one if it is needed.")),
    // Lost, and looked for.
    ("already_out_of_sight", Said("Deze persoon is al uit beeld.", "This person is out of sight already.")),
    ("not_missed", Said("Niets wijst erop dat deze persoon weg is. Leg vast wat u weet als notitie of contact.",
        "Nothing says that this person is missing. Record what you know as a note or a contact.")),
    ("lookout_unknown", Said("Dit uitkijkbericht is er niet. Laad de pagina opnieuw.", "This lookout is not there. Reload the page.")),
    ("lookout_closed", Said("Er wordt niet meer uitgekeken. Zag u de persoon? Meld dat als nieuw signaal.",
        "Nobody looks out any more. Did you see the person? Report it as a new signal.")),
    ("lookout_not_over", Said("Er wordt nog uitgekeken. Rond dat eerst af.", "People still look out. End that first.")),
    ("lookout_not_expired", Said("De tijd van dit uitkijkbericht is nog niet om.", "The time of this lookout is not over yet.")),
    ("lookout_without_recipients", Said("Niemand zou dit bericht krijgen. Kies wie er uitkijkt.",
        "Nobody would receive this. Choose who looks out.")),
    ("lookout_already_acknowledged", Said("Uw organisatie heeft dit al gelezen.", "Your organisation has read this already.")),
    ("care_alert_unknown", Said("Deze zorgmelding is er niet. Laad de pagina opnieuw.", "This care alert is not there. Reload the page.")),
    ("care_alert_ended", Said("Deze zorgmelding is gestopt. Antwoorden hoeft niet meer.",
        "This care alert has ended. It needs no answer any more.")),
    ("care_alert_not_to_police", Said("Een zorgmelding gaat naar de politie of de handhaving. Kies een van die twee.",
        "A care alert goes to the police or to municipal enforcement. Choose one of these.")),
    // Exceptions and discharges.
    ("exception_unknown", Said("Deze aanvraag is er niet. Laad de pagina opnieuw.", "This request is not there. Reload the page.")),
    ("exception_already_pending", Said("Deze uitzondering is al gevraagd. Wacht op het besluit.",
        "This exception was requested already. Wait for the decision.")),
    ("exception_already_decided", Said("Hierover is al besloten. Laad de pagina opnieuw om het besluit te zien.",
        "This was decided already. Reload the page to see the decision.")),
    ("exception_overtaken", Said("De persoon raakte uit beeld vóór het besluit. Is de persoon terug? Laat dan opnieuw vragen.",
        "The person went out of sight before the decision. Are they back? Then have it requested again.")),
    ("person_out_of_sight", Said("Deze persoon is uit beeld. Leg eerst vast dat iemand de persoon zag.",
        "This person is out of sight. Record first that somebody saw them.")),
    ("discharge_unknown", Said("Dit aangekondigde ontslag is er niet. Laad de pagina opnieuw.",
        "This announced discharge is not there. Reload the page.")),
    ("discharge_ended", Said("Dit ontslag is al geweest, of ging niet door.", "This discharge has taken place, or was called off.")),
    ("discharge_not_over", Said("Dit ontslag wordt nog verwacht.", "This discharge is still expected.")),
    // Rights.
    ("person_insured", Said("Er staat dat deze persoon verzekerd is. Is dat veranderd? Leg eerst de verzekering opnieuw vast.",
        "It is on record that this person is insured. Has that changed? Record the insurance first.")),
    // The return.
    ("condition_always_applies", Said("Deze voorwaarde geldt altijd. Schrijf op waaruit blijkt dat eraan is voldaan.",
        "This condition always applies. Write down what shows that it is met.")),
    ("condition_needs_clinician", Said("Er staat dat deze zorg nodig is. Alleen een zorgverlener mag zeggen dat het niet hoeft.",
        "It is on record that this care is needed. Only a care provider may say that it is not.")),
    ("consent_without_data_class", Said("Kies welke gegevens gedeeld mogen worden.", "Choose which data may be shared.")),
    ("consent_not_understood", Said("Het is niet bekend dat de persoon deze taal begrijpt. Vraag het in een andere taal of met een tolk.",
        "The person is not known to understand this language. Ask in another language or with an interpreter.")),
    ("consent_unknown", Said("Deze toestemming is er niet. Laad de pagina opnieuw.", "This consent is not there. Reload the page.")),
    ("consent_already_withdrawn", Said("Deze toestemming is al ingetrokken.", "This consent was withdrawn already.")),
    ("return_conditions_missing", Said("Voor dit land is nog niet aan alle voorwaarden voldaan. Leg die eerst vast.",
        "Not all conditions are met for this country. Record them first.")),
    ("consent_missing", Said("Er is geen toestemming voor terugkeer naar dit land. Vraag die eerst, voor identiteit en terugkeer.",
        "There is no consent to a return to this country. Ask for it first, for identity and return.")),
    ("return_not_voluntary", Said("Terugkeer is vrijwillig, en het laatste woord van de persoon was niet ja. Zegt de persoon nu ja, leg dat dan eerst vast.",
        "A return is voluntary, and the person's last word was not yes. If they say yes now, record that first.")),
    ("guardian_missing", Said("De persoon is minderjarig. Vul in wie het gezag heeft.", "The person is under age. Fill in who has custody.")),
    ("child_protection_missing", Said("De persoon is minderjarig. Verwijs eerst naar de kinderbescherming.",
        "The person is under age. Refer to child protection first.")),
    ("handover_already_open", Said("Er loopt al een overdracht van deze persoon. Trek die eerst in.",
        "A handover of this person is open already. Withdraw it first.")),
    ("handover_unknown", Said("Deze overdracht is er niet. Laad de pagina opnieuw.", "This handover is not there. Reload the page.")),
    ("consent_withdrawn", Said("De toestemming is ingetrokken. Deze overdracht stopt.", "The consent was withdrawn. This handover stops.")),
    ("handover_out_of_order", Said("Dit kan nu niet bij deze overdracht. Laad de pagina opnieuw om te zien hoe het staat.",
        "This cannot be done with this handover now. Reload the page to see where it stands.")),
    ("question_unknown", Said("Deze vraag is er niet. Laad de pagina opnieuw.", "This question is not there. Reload the page.")),
    ("question_already_answered", Said("Deze vraag is al beantwoord.", "This question was answered already.")),
    ("follow_up_already_recorded", Said("Deze nazorg is al vastgelegd.", "This follow-up is on record already.")),
    // Privacy and deadlines.
    ("unknown_hold", Said("Deze bewaarplicht is er niet. Laad de pagina opnieuw.", "This legal hold is not there. Reload the page.")),
    ("nobody_sleeps_there", Said(
        "Uw organisatie heeft geen plek waar mensen slapen. Verwijs naar een organisatie die dat wel heeft.",
        "Your organisation has no place where people sleep. Refer to an organisation that has one.")),
    ("break_glass_to_review", Said(
        "Dit dossier is in een noodgeval geopend, en dat is nog niet beoordeeld. Beoordeel dat eerst; wis daarna.",
        "This record was opened in an emergency, and that was not reviewed yet. Review it first; erase after that.")),
    ("on_hold", Said("Er is een bewaarplicht. Wissen kan pas als die is opgeheven.",
        "There is a legal hold. The data can be erased once it is lifted.")),
    ("break_glass_not_needed", Said("U ziet dit dossier al: openen in nood is niet nodig.",
        "You see this case already: you need not open it in an emergency.")),
    ("break_glass_already_open", Said("U heeft dit dossier al geopend. Het staat nog open.",
        "You have opened this case already. It is still open.")),
    ("break_glass_unknown", Said("Dit openen in nood is er niet. Laad de pagina opnieuw.",
        "This opening in an emergency is not there. Reload the page.")),
    ("break_glass_ended", Said("Dit dossier is al weer gesloten.", "This case is closed again already.")),
    ("break_glass_still_open", Said("Het dossier staat nog open. Sluit het eerst, of wacht tot de tijd voorbij is.",
        "The case is still open. Close it first, or wait until the time is over.")),
    ("break_glass_own", Said("U heeft dit dossier zelf geopend. Iemand anders beoordeelt dat.",
        "You opened this case yourself. Somebody else reviews that.")),
    ("break_glass_already_reviewed", Said("Dit is al beoordeeld.", "This was reviewed already.")),
    ("still_retained", Said("De bewaartermijn is nog niet voorbij.", "The retention period is not over yet.")),
    ("already_erased", Said("De gegevens van deze persoon zijn al gewist.", "The data of this person were erased already.")),
    ("deadline_not_waiting", Said("Er wacht hier niets meer.", "Nothing waits here any more.")),
    ("deadline_not_due", Said("Het is nog niet zover.", "It is not due yet.")),
    ("deadline_already_passed", Said("Dit is al vastgelegd.", "This is on record already.")),
    // Corrections.
    ("entry_unknown", Said("Uw organisatie heeft hier geen regel die u kunt terugnemen. Vraag de organisatie die het vastlegde.",
        "Your organisation has no such entry here. Ask the organisation that recorded it.")),
    ("entry_already_retracted", Said("Dit is al teruggenomen.", "This was taken back already.")),
    ("entry_not_retractable", Said("Dit kunt u niet terugnemen. Het stopt op een andere manier: intrekken, vrijgeven of afsluiten.",
        "This cannot be taken back. It is ended in another way: withdraw it, release it or close it.")),
    ("entry_not_movable", Said("Dit kunt u niet verplaatsen. Neem het terug en leg het opnieuw vast bij de juiste persoon.",
        "This cannot be moved. Take it back, and record it anew for the right person.")),
    ("entry_part_of_another", Said("Dit hoort bij een verwijzing. Verplaats de verwijzing zelf.",
        "This is a step of a referral. Move the referral itself.")),
    ("entry_rested_on", Said("Hier hangt iets anders aan, zoals een bed of een aanvraag. Neem dat eerst terug.",
        "Something else rests on this, such as a bed or a request. Take that back first.")),
    ("entry_with_others", Said("Anderen legden hier iets bij vast. De procesregisseur kan het verplaatsen: vraag die.",
        "Others recorded something with this. The coordinator can move it: ask them.")),
    ("entry_not_recordable_there", Said("U mag dit niet vastleggen bij de andere persoon. Vraag de procesregisseur.",
        "You may not record this for the other person. Ask the coordinator.")),
    ("entry_moved_to_same_person", Said("Het staat al bij deze persoon. Kies een andere.",
        "It stands with this person already. Choose another one.")),
    ("entry_already_moved", Said("Dit is al verplaatst, of wordt nu verplaatst.", "This was moved already, or is being moved now.")),
    ("entry_not_arrived", Said("Het staat nog niet bij de juiste persoon. Probeer het zo opnieuw.",
        "It does not stand with the right person yet. Try again in a moment.")),
    // The edge: what a reader may, and what is there.
    ("not_found", Said("Dit is er niet, of u mag het niet zien.", "This is not there, or you may not see it.")),
    ("forbidden", Said("U mag dit hier niet doen. Vraag de procesregisseur.", "You may not do this here. Ask the coordinator.")),
    ("invalid_values", Said("Er klopt iets niet. Kijk bij de velden.", "Something is not right. Look at the fields.")),
    ("stale", Said("Iemand anders heeft intussen iets vastgelegd. Laad de pagina opnieuw en kijk of het nog klopt.",
        "Somebody else recorded something meanwhile. Reload the page and see whether it still holds.")),
    ("idempotency_key_reused", Said("Dit formulier is al eens verstuurd, met iets anders erin. Open het opnieuw.",
        "This form was sent before, with something else in it. Open it again.")),
    ("contended", Said("Er wordt op dit moment veel vastgelegd bij deze persoon. Probeer het zo opnieuw.",
        "Much is being recorded for this person right now. Try again in a moment.")),
    ("erased", Said("De gegevens van deze persoon zijn gewist. Er kan niets meer bij.",
        "The data of this person were erased. Nothing can be added.")),
    ("append_too_large", Said("Dit is te veel in één keer. Maak de tekst korter.", "This is too much at once. Shorten the text.")),
    ("too_large", Said("Dit is te veel in één keer. Maak de tekst korter.", "This is too much at once. Shorten the text.")),
    ("line_too_long", Said("Dit is te veel in één keer. Maak de tekst korter.", "This is too much at once. Shorten the text.")),
    ("rate_limited", Said("Dat ging te snel achter elkaar. Wacht even en probeer het opnieuw.",
        "That was too much in a short time. Wait a moment and try again.")),
    ("too_many_channels", Said("U heeft te veel schermen van Baken open. Sluit er een.", "You have too many screens of Baken open. Close one.")),
    ("foreign_origin", Said("Dit kwam niet van een pagina van Baken, of de pagina was verlopen. Laad de pagina opnieuw.",
        "This did not come from a page of Baken, or the page was out of date. Reload the page.")),
    // The edge: what passes.
    ("internal", Said("Er ging iets mis bij Baken zelf. Probeer het opnieuw. Blijft het zo, bel dan de beheerder.",
        "Something went wrong in Baken itself. Try again. If it stays so, call the administrator.")),
    ("position_not_reached", LATER),
    ("too_slow", Said("De verbinding is te traag. Probeer het opnieuw.", "The connection is too slow. Try again.")),
    ("earlier_line_unavailable", LATER),
    ("crowded", Said("Er zijn nu te veel mensen tegelijk in Baken. Probeer het zo opnieuw.",
        "Too many people use Baken right now. Try again in a moment.")),
    ("outdated", LATER),
    ("access_log_unavailable", LATER),
    ("not_ready", Said("Baken start op. Wacht een minuut en probeer het opnieuw.", "Baken is starting. Wait a minute and try again.")),
    ("log_unavailable", LATER),
    ("keys_unavailable", LATER),
    ("read_models_behind", LATER),
    ("webhooks_unavailable", LATER),
    ("issuer_keys_unavailable", Said("Aanmelden lukt nu niet. Wacht een minuut en probeer het opnieuw.",
        "Signing in does not work now. Wait a minute and try again.")),
    // The edge: webhooks.
    ("webhook_blocked", Said("Een beheerder heeft deze webhook uitgezet. Vraag de beheerder.",
        "An administrator has disabled this webhook. Ask the administrator.")),
    ("too_many_webhooks", Said("Deze rol heeft al het hoogste aantal webhooks. Verwijder er eerst een.",
        "This role has as many webhooks as it may have. Remove one first.")),
    ("webhooks_off", Said("Webhooks staan hier uit.", "Webhooks are off here.")),
    // The edge: checkpoints of the log.
    ("checkpoints_off", Said("Controlepunten van het logboek staan hier uit.", "Checkpoints of the log are off here.")),
    ("erasure_under_way", Said("Het wissen is nog niet klaar. Probeer het later opnieuw.",
        "The erasure is not complete yet. Try again later.")),
    ("log_altered", Said("Het logboek is veranderd. Bel de beheerder.", "The log was altered. Call the administrator.")),
    // The edge: what no page of ours sends.
    ("malformed", MALFORMED),
    ("malformed_header", MALFORMED),
    ("method_not_allowed", MALFORMED),
    ("head_too_large", MALFORMED),
    ("media_type", MALFORMED),
    // The edge: tokens.
    ("credentials_missing", SIGN_IN),
    ("credentials_repeated", SIGN_IN),
    ("token_too_long", SIGN_IN),
    ("token_malformed", SIGN_IN),
    ("token_issuer_unknown", SIGN_IN),
    ("token_type_not_accepted", SIGN_IN),
    ("token_critical_header", SIGN_IN),
    ("token_algorithm_not_allowed", SIGN_IN),
    ("token_key_id_missing", SIGN_IN),
    ("token_key_unknown", SIGN_IN),
    ("token_key_unfit", SIGN_IN),
    ("token_signature_invalid", SIGN_IN),
    ("token_audience_wrong", SIGN_IN),
    ("token_expired", SIGN_IN),
    ("token_not_yet_valid", SIGN_IN),
    ("token_claim_missing", SIGN_IN),
    ("token_claim_malformed", SIGN_IN),
    ("token_claim_unexpected", SIGN_IN),
    ("token_claim_not_trusted", SIGN_IN),
    ("token_role_unknown", SIGN_IN),
];

/// What a refusal says, by its code.
#[must_use]
pub fn refusal(code: &str, language: Language) -> &'static str {
    words_of(code).unwrap_or(OTHER).r#in(language)
}

/// Whether a code has words of its own.
#[must_use]
pub fn has_words(code: &str) -> bool {
    words_of(code).is_some()
}

fn words_of(code: &str) -> Option<Said> {
    REFUSALS.iter().find(|(each, _)| *each == code).map(|(_, said)| *said)
}

/// The heading of a page that says what is wrong, by the status of the answer (RFC 9110).
#[must_use]
pub fn problem_title(status: u16, language: Language) -> &'static str {
    match status {
        401 => Said("U bent niet aangemeld", "You are not signed in"),
        403 => Said("Dit mag u niet", "You may not do this"),
        404 => Said("Dit is er niet, of u mag het niet zien", "This is not there, or you may not see it"),
        409 | 412 | 422 => Said("Dit kan zo niet", "This cannot be done so"),
        429 => Said("Even wachten", "Wait a moment"),
        502 => Said("Aanmelden lukt nu niet", "Signing in does not work now"),
        500.. => Said("Baken heeft storing", "Baken has a failure"),
        _ => Said("Er ging iets mis", "Something went wrong"),
    }
    .r#in(language)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use care_path::command::Refusal;

    use super::*;

    #[test]
    fn every_refusal_of_the_domain_has_words_and_each_code_has_them_once() {
        let codes: BTreeSet<_> = REFUSALS.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes.len(), REFUSALS.len());
        let without: Vec<_> = Refusal::codes().into_iter().filter(|code| !has_words(code)).collect();
        assert_eq!(without, Vec::<&str>::new());
    }

    #[test]
    fn the_words_are_sentences_in_each_language_and_no_longer_than_is_read_in_a_hurry() {
        let all = REFUSALS.iter().map(|(_, said)| said).chain([&OTHER]);
        for Said(dutch, english) in all {
            assert_ne!(dutch, english);
            for text in [dutch, english] {
                assert!(text.ends_with('.') && text.len() <= 130, "{text}");
            }
        }
    }

    #[test]
    fn a_code_that_is_not_known_is_answered_in_the_language_of_the_page() {
        assert_eq!(refusal("something_new", Language::Dutch), OTHER.0);
    }
}
