//! How somebody is and lives, what happened to them, and what rights they have.

use care_path::views::{CaseFileView, RemarkView, RightsView};
use maud::{Markup, html};

use crate::page::Page;
use crate::show::fact;

impl Page<'_> {
    pub(super) fn circumstances(&self, file: &CaseFileView) -> Markup {
        let (social, medical, justice) = (file.social.as_ref(), file.medical.as_ref(), file.justice.as_ref());
        html! {
            @if let Some(medical) = medical {
                section aria-labelledby="health" {
                    h2 #health.utrecht-heading-2 { (self.say("Gezondheid", "Health")) }
                    dl.facts {
                        (fact(self.say("Hoe dringend", "Urgency"), medical.urgency.map(|urgency| self.code(urgency))))
                        (fact(self.say("Problemen", "Problems"), medical.problems.as_ref().map(|codes| self.codes(codes))))
                        @if medical.head_injury_suspected == Some(true) {
                            dt { (self.say("Let op", "Take care")) } dd { (self.say("mogelijk hoofdletsel", "head injury suspected")) }
                        }
                        @if let Some(since) = medical.unsuitable_since {
                            dt { (self.say("Past deze plek?", "Does this place suit?")) } dd { (self.say("te beoordelen sinds ", "to be reviewed since ")) (self.time(since)) }
                        }
                    }
                    (self.remarks(self.say("Wat de omgeving moet weten", "What those around must know"), medical.care_needs.as_ref()))
                    (self.remarks(self.say("Bevindingen", "Findings"), medical.findings.as_ref()))
                }
            }
            @if let Some(social) = social {
                section aria-labelledby="social" {
                    h2 #social.utrecht-heading-2 { (self.say("Leefsituatie", "Daily life")) }
                    dl.facts {
                        (fact(self.say("Problemen", "Problems"), social.problems.as_ref().map(|codes| self.codes(codes))))
                        (fact(self.say("Woonsituatie", "Living situation"), social.living_situation.map(|code| self.code(code))))
                        (fact(self.say("Huishouden", "Household"), social.household.map(|code| self.code(code))))
                        (fact(self.say("Dakloos sinds", "Homeless since"), social.homeless_since.map(|date| self.born(date))))
                        (fact(self.say("In Nederland sinds", "In the Netherlands since"), social.in_the_netherlands_since.map(|date| self.born(date))))
                        @if let Some(situation) = &social.situation {
                            (fact(self.say("Werkt", "Works"), situation.works.map(|code| self.code(code))))
                            (fact(self.say("Inkomen", "Income"), situation.has_income.map(|code| self.code(code))))
                        }
                    }
                    (self.remarks(self.say("Omstandigheden", "Circumstances"), social.circumstances.as_ref()))
                }
            }
            @if let Some(justice) = justice {
                section aria-labelledby="justice" {
                    h2 #justice.utrecht-heading-2 { (self.say("Gedrag en justitie", "Conduct and justice")) }
                    dl.facts { (fact(self.say("Problemen", "Problems"), justice.problems.as_ref().map(|codes| self.codes(codes)))) }
                    (self.remarks(self.say("Gedrag", "Conduct"), justice.conduct.as_ref()))
                }
            }
            @if let Some(incidents) = &file.incidents {
                section aria-labelledby="incidents" {
                    h2 #incidents.utrecht-heading-2 { (self.say("Incidenten", "Incidents")) }
                    ul.card-list {
                        @for incident in incidents.iter().rev() {
                            li.card {
                                p {
                                    @if let Some(kind) = incident.kind { strong { (self.code(kind)) } " " }
                                    @if let Some(severity) = incident.severity { span.tag { (self.code(severity)) } }
                                }
                                p { (self.noted(&incident.noted)) }
                                @if let Some(text) = &incident.description { p.told { (text.as_str()) } }
                            }
                        }
                    }
                }
            }
            @if let Some(notes) = &file.notes {
                section aria-labelledby="notes" {
                    h2 #notes.utrecht-heading-2 { (self.say("Notities", "Notes")) }
                    ul.card-list {
                        @for note in notes.iter().rev() {
                            li.card { @if let Some(text) = &note.text { p.told { (text.as_str()) } } p { (self.noted(&note.noted)) } }
                        }
                    }
                }
            }
        }
    }

    fn remarks(&self, title: &str, remarks: Option<&Vec<RemarkView>>) -> Markup {
        html! {
            @if let Some(remarks) = remarks {
                h3.utrecht-heading-3 { (title) }
                ul.card-list {
                    @for remark in remarks.iter().rev() {
                        li.card { p.told { (remark.text.as_str()) } p { (self.noted(&remark.noted)) } }
                    }
                }
            }
        }
    }

    pub(super) fn rights(&self, rights: &RightsView) -> Markup {
        html! {
            section aria-labelledby="rights" {
                h2 #rights.utrecht-heading-2 { (self.say("Rechten", "Rights")) }
                dl.facts {
                    (fact(self.say("Verzekering", "Insurance"), rights.insurance.map(|status| self.code(status))))
                    (fact(self.say("Besluit IND", "Decision of the IND"), rights.ind_decision.as_ref().map(|decision| self.code(decision.outcome))))
                    (fact(self.say("Onverzekerde zorg gemeld", "Uninsured care reported"), rights.uninsured_report_filed_at.map(|at| self.time_text(at))))
                }
                @if let Some(assessment) = rights.assessments.iter().flatten().last() { (self.assessed(assessment)) }
                (self.overtaken(Some(rights)))
            }
        }
    }
}
