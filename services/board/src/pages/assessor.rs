//! The assessor: whose rights wait, and the checklist of one person, one question after the other. Which question comes next
//! follows from the answers; a browser that cannot hide the others shows all. The outcome is an aid and binds nobody.

use care_path::codes::{Code, TaskKind, YesNoUnknown};
use care_path::command::CommandKind as K;
use care_path::views::{CaseFileView, RightsAssessmentView, RightsView, TaskView};
use maud::{Markup, html};

use super::Part;
use crate::form::{Ask, Field, Input, QUESTIONS, form_of};
use crate::page::{Draft, Page};

/// The assessor's first page: whose rights wait.
#[must_use]
pub fn rights_waiting(page: &Page<'_>, tasks: &Part<TaskView>) -> Markup {
    let is_rights = |task: &&TaskView| matches!(task.kind, TaskKind::RightsAssessment | TaskKind::IndDecision);
    let (rights, others): (Vec<_>, Vec<_>) = tasks.items.iter().partition(is_rights);
    let others: Vec<_> = others.into_iter().cloned().collect();
    page.titled(
        page.say("Vandaag", "Today"),
        &html! {
            h2.utrecht-heading-2 { (page.say("Wiens rechten wachten", "Whose rights wait")) }
            @if rights.is_empty() { (page.nothing("Er wacht geen toets op u.", "No assessment waits for you.")) }
            ul.card-list {
                @for task in rights {
                    li.card.task.task--overdue[task.overdue] id={ "task-" (task.kind.code()) "-" (task.person_id) } {
                        p { strong { (page.who(task.identity.as_ref(), task.person_id)) } }
                        p { (page.code(task.kind)) " · " (page.due(task.due_at)) }
                        p { a.utrecht-link href={ "/board/persons/" (task.person_id) "/rights" } {
                            (page.say("Naar de toets", "To the assessment"))
                            span.visually-hidden { ": " (page.who(task.identity.as_ref(), task.person_id)) }
                        } }
                    }
                }
            }
            @if !others.is_empty() {
                section aria-labelledby="others" {
                    h2 #others.utrecht-heading-2 { (page.say("Wat verder op u wacht", "What else waits for you")) }
                    (page.tasks(&others))
                }
            }
            (page.further(tasks, page.say("Wat wacht op u", "What waits for you")))
        },
    )
}

/// The rights of one person: what is known, and the checklist, which begins with the answers that the last assessment rests on.
#[must_use]
pub fn rights(page: &Page<'_>, file: &CaseFileView, may: &[K], answers: &[(String, String)]) -> Markup {
    let person = file.person_id;
    let known = file.rights.as_ref();
    let latest = known.and_then(|rights| rights.assessments.iter().flatten().last());
    let title = format!("{}: {}", page.say("Rechten", "Rights"), page.who(file.identity.as_ref(), person));
    page.titled(&title, &html! {
        p { a.utrecht-link href={ "/board/persons/" (person) } { (page.say("Naar het dossier", "To the case")) } }
        @if let Some(assessment) = latest {
            section aria-labelledby="outcome" {
                h2 #outcome.utrecht-heading-2 { (page.say("Uitkomst van de laatste toets", "Outcome of the last assessment")) }
                (page.assessed(assessment))
                (page.overtaken(known))
                (page.rests_on(answers))
            }
        }
        section aria-labelledby="ind" {
            h2 #ind.utrecht-heading-2 { (page.say("Besluit van de IND", "Decision of the IND")) }
            @match known.and_then(|rights| rights.ind_decision.as_ref()) {
                Some(decision) => {
                    p {
                        strong { (page.code(decision.outcome)) }
                        @if decision.appeal_pending { " " span.tag.tag--warn { (page.say("bezwaar of beroep loopt", "appeal pending")) } }
                    }
                    p { (page.noted(&decision.noted)) }
                    p { (page.say("De toets volgt dit besluit. Loopt er bezwaar of beroep, dan is de uitkomst onduidelijk.",
                        "The assessment follows this decision. While an appeal is pending, the outcome is unclear.")) }
                },
                None => (page.nothing("Er is geen besluit bekend.", "No decision is known.")),
            }
            div.acts { (page.acts(may, person, &[K::RecordIndDecision, K::RecordInsurance])) }
        }
        @if may.contains(&K::AssessRights) {
            section aria-labelledby="checklist" {
                h2 #checklist.utrecht-heading-2 { (page.say("De vragen", "The questions")) }
                p { (page.say("Beantwoord wat u weet. Wat u niet weet, maakt een recht nooit onwaarschijnlijk.",
                    "Answer what you know. What is not known never makes a right unlikely.")) }
                (page.checklist(&Ask::of(K::AssessRights).about(person), answers))
            }
        }
    })
}

impl Page<'_> {
    /// An assessment: the outcome, the article that it rests on, and what is open to the person.
    pub(super) fn assessed(&self, assessment: &RightsAssessmentView) -> Markup {
        html! {
            div.card {
                p { strong { (self.code(assessment.outcome)) } " " span.tag { (self.say("hulpmiddel, niet bindend", "an aid, not binding")) } }
                @if let Some(basis) = assessment.basis { p { (self.code(basis)) } }
                @if let Some(article) = &assessment.article { p { (self.article(article)) } }
                @if assessment.ind_decision_needed == Some(true) {
                    p {
                        span.tag.tag--warn { (self.say("besluit van de IND nodig", "a decision of the IND is needed")) } " "
                        (self.say("Weiger niets op grond van deze toets: alleen de IND kan dit besluiten.",
                            "Refuse nothing because of this assessment: only the IND can decide this."))
                    }
                }
                @if let Some(open) = &assessment.alternatives {
                    p { (self.say("Dit kan iemand altijd krijgen, ook zonder recht:", "This is open to anybody, also without a right:")) }
                    ul { @for offering in open { li { (self.code(*offering)) } } }
                }
                p { (self.noted(&assessment.noted)) }
            }
        }
    }

    /// That the last assessment does not know of a decision of the IND that was recorded after it.
    pub(super) fn overtaken(&self, rights: Option<&RightsView>) -> Markup {
        let assessed = rights.and_then(|rights| Some(rights.assessments.as_ref()?.last()?.noted.recorded_at));
        let decided = rights.and_then(|rights| Some(rights.ind_decision.as_ref()?.noted.recorded_at));
        html! {
            @if assessed.zip(decided).is_some_and(|(assessed, decided)| assessed < decided) {
                p {
                    span.tag.tag--warn { (self.say("toets opnieuw", "assess again")) } " "
                    (self.say("Het besluit van de IND is van na deze toets.", "The decision of the IND came after this assessment."))
                }
            }
        }
    }

    /// An article of law as a reader of the page's language looks it up.
    fn article(&self, article: &str) -> String {
        let dutch = article.replace("Directive", "Richtlijn").replace(" and ", " en ");
        self.say(&dutch, article).to_owned()
    }

    /// The answers that an assessment rests on.
    fn rests_on(&self, answers: &[(String, String)]) -> Markup {
        let fields = form_of(K::AssessRights).map(|form| form.fields).unwrap_or_default();
        let said = |field: &Field| {
            let (_, answer) = answers.iter().find(|(at, _)| at == field.at)?;
            let label = match field.input {
                Input::Code(list) => self.label(list, answer),
                _ => answer.clone(),
            };
            Some((field.label.r#in(self.language), label))
        };
        let said: Vec<_> = fields.iter().filter_map(said).collect();
        html! {
            @if !said.is_empty() {
                details.more {
                    summary { (self.say("Waar deze toets op rust", "What this assessment rests on")) }
                    dl.facts { @for (question, answer) in &said { dt { (question) } dd { (answer) } } }
                }
            }
        }
    }

    fn checklist(&self, ask: &Ask, answers: &[(String, String)]) -> Markup {
        let Some(form) = form_of(ask.command) else { return html! {} };
        let id = ask.id();
        let sent = self.draft.filter(|draft| draft.form == id);
        let known = Draft { values: answers.to_vec(), ..Draft::default() };
        let draft = sent.or(Some(&known));
        let field = |at: &str| form.fields.iter().find(|field| field.at == at);
        // What came back with something wrong is shown whole.
        let look = if sent.is_some() { "questions questions--all" } else { "questions" };
        html! {
            form id=(id) method="post" action={ "/board/do/" (ask.command.name()) } data-written[sent.is_some()] {
                (self.hidden(ask))
                div class=(look) {
                    @for question in QUESTIONS {
                        @if let Some(asked) = field(question.at) {
                            fieldset class={ "question question--" (question.name) } {
                                legend.utrecht-form-label { (asked.label.r#in(self.language)) }
                                (self.options(&id, asked, draft))
                                @let below: Vec<_> = question.below.iter().filter_map(|at| field(at)).collect();
                                @if !below.is_empty() {
                                    div class=(question.when.class()) { @for field in below { (self.field(&id, field, draft)) } }
                                }
                            }
                        }
                    }
                }
                button.utrecht-button.utrecht-button--primary-action type="submit" {
                    (self.say("Toetsen met wat bekend is", "Assess by what is known"))
                }
            }
        }
    }

    /// The answers to one question: yes, no or not known; or a number, or that it is not known.
    fn options(&self, form: &str, field: &Field, draft: Option<&Draft>) -> Markup {
        let id = format!("{form}{}", field.at.replace('/', "-"));
        let values = draft.iter().flat_map(|draft| &draft.values).filter(|(name, _)| name == field.at);
        let value = values.map(|(_, value)| value.as_str()).next().unwrap_or_default();
        let unknown = self.code(YesNoUnknown::Unknown);
        html! {
            @if field.input == Input::Number {
                div.options { (self.field(form, field, draft)) }
                div.options.choices {
                    label for={ (id) "-unknown" } {
                        input.utrecht-checkbox.utrecht-checkbox--html-input id={ (id) "-unknown" } type="checkbox"; " " (unknown)
                    }
                }
            } @else {
                (self.wrong_with(form, field, draft))
                div.options.choices {
                    @for answer in YesNoUnknown::ALL {
                        @let code = answer.code();
                        label for={ (id) "-" (code) } {
                            input id={ (id) "-" (code) } name=(field.at)
                                type="radio" value=(code) checked[value == code];
                            " " (self.code(*answer))
                        }
                    }
                }
            }
        }
    }
}
