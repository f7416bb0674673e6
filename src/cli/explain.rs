//! `explain`: a scenario step by step, with the decisions that the rules lead to; or a rule.

use super::exit::{Exit, Mistake};
use super::{implementation, print};
use crate::cases::scenario::{Scenario, embedded, from_yaml, read_file};
use crate::directory::{Capabilities, Capability, Command, Outcome};
use crate::implementation::Implementation;
use crate::reference::ReferenceModel;
use crate::rulebook::{Basis, Rule, Rulebook};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use textwrap::{Options, WordSeparator, WordSplitter};

pub(super) fn explain(what: &str, choices: &[String]) -> Result<Exit, Mistake> {
    let book = Rulebook::embedded();
    if let Some(rule) = book.rule(what) {
        print::text(&rule_text(rule));
        return Ok(Exit::Conformant);
    }
    let policy = implementation::policy(choices)?;
    let text = if let Some(scenario) = embedded().iter().find(|scenario| scenario.id == what) {
        scenario_text(scenario.id, scenario.text, &scenario.scenario, policy)?
    } else if Path::new(what).is_file() {
        let text =
            read_file(Path::new(what)).map_err(|error| Mistake::bad_input(error.to_string()))?;
        let scenario = from_yaml(what, &text).map_err(|errors| {
            let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Mistake::bad_input(told.join("\n"))
        })?;
        scenario_text(what, &text, &scenario, policy)?
    } else {
        return Err(Mistake::bad_input(format!(
            "{what} is no rule, no scenario and no file (`entra-conformance list rules` and `list scenarios` show what there is)"
        )));
    };
    print::text(&text);
    Ok(Exit::Conformant)
}

/// Text wrapped at the terminal's width, every line but the first indented.
fn wrap(text: &mut String, first: &str, indent: usize, words: &str) {
    let indent = " ".repeat(indent);
    let options = Options::new(print::width())
        .initial_indent(first)
        .subsequent_indent(&indent)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(false);
    let words: Vec<&str> = words.split_whitespace().collect();
    let _ = writeln!(text, "{}", textwrap::fill(&words.join(" "), options));
}

/// Everything that the rulebook knows of a rule.
fn rule_text(rule: &Rule) -> String {
    let book = Rulebook::embedded();
    let edition = &book.default_edition().id;
    let mut text = String::new();
    let _ = writeln!(text, "{}: {}\n", rule.id, rule.title);
    wrap(&mut text, "", 0, &rule.statement);
    text.push('\n');
    let until = rule.until.as_deref().map(|until| format!(" until {until}")).unwrap_or_default();
    let _ = writeln!(text, "editions  since {}{until}", rule.since);
    let _ = writeln!(text, "binds     {}", rule.scope);
    let needs = rule.lacking(&Capabilities::default());
    let any_of =
        |some: &Vec<Capability>| some.iter().map(|one| one.word()).collect::<Vec<_>>().join(" or ");
    let needs: Vec<String> = needs.iter().map(any_of).collect();
    let needs = if needs.is_empty() { "nothing".to_owned() } else { needs.join(", ") };
    let _ = writeln!(text, "requires  {needs}");
    let _ = writeln!(text, "basis     {}", rule.basis);
    for source in &rule.sources {
        let label = if rule.basis == Basis::Derived { "from      " } else { "source    " };
        wrap(&mut text, label, 10, &book.source_words(source, edition));
        if let Some(quote) = source.quotation() {
            wrap(&mut text, "          ", 10, &format!("“{quote}”"));
        }
        if let Some(page) = book.page(&source.page) {
            let _ = writeln!(text, "          {}", page.url);
        }
    }
    if let Some(because) = &rule.because {
        wrap(&mut text, "because   ", 10, because);
    }
    for note in &rule.notes {
        wrap(&mut text, "note      ", 10, note);
    }
    for (label, is_near_miss) in [("holds in  ", false), ("near miss ", true)] {
        for scenario in embedded() {
            let named = if is_near_miss {
                &scenario.scenario.near_misses
            } else {
                &scenario.scenario.rules
            };
            if named.contains(&rule.id) {
                let _ = writeln!(text, "{label}{}", scenario.id);
            }
        }
    }
    text
}

/// A scenario as the reference model lives it.
fn scenario_text(
    name: &str,
    file: &str,
    scenario: &Scenario,
    policy: crate::reference::Policy,
) -> Result<String, Mistake> {
    let mut text = String::new();
    let _ = writeln!(text, "{name}: {}", scenario.title);
    if let Some(description) = &scenario.description {
        wrap(&mut text, "", 0, description);
    }
    let _ = writeln!(text, "shows {}", scenario.rules.join(", "));
    if let Some(tempting) = &scenario.tempting {
        wrap(&mut text, "near miss of ", 2, &scenario.near_misses.join(", "));
        wrap(&mut text, "the tempting mistake: ", 2, tempting);
    }
    text.push('\n');
    for line in given_lines(file) {
        let _ = writeln!(text, "{line}");
    }
    let mut model = ReferenceModel::new(policy).with_trace(true);
    let declared: Vec<String> = policy
        .declared()
        .words()
        .iter()
        .map(|(choice, value)| format!("{choice}={value}"))
        .collect();
    let mut cited: BTreeSet<&str> = scenario.rules.iter().map(String::as_str).collect();
    let lost = |failure: crate::implementation::Failure| {
        Mistake::bad_input(format!("the reference model cannot run this: {failure}"))
    };
    model.reset(&scenario.given).map_err(lost)?;
    for (number, step) in (1..).zip(&scenario.steps) {
        let seen = model.apply(&step.command).map_err(lost)?;
        text.push('\n');
        wrap(&mut text, &format!("step {number}: "), 2, &command_words(&step.command));
        tell_outcome(&mut text, &step.command, &seen.outcome);
        for (key, story) in
            model.last_traces().iter().filter(|_| matches!(step.command, Command::Sync(_)))
        {
            let result = seen.outcome.result_of(key);
            let result =
                result.map_or_else(|| "nothing".to_owned(), |result| result.result.to_string());
            let _ = writeln!(text, "  {key}: {result}");
            for sentence in story {
                cited.insert(sentence.rule);
                wrap(&mut text, "    - ", 6, &format!("{} [{}]", sentence.text, sentence.rule));
            }
        }
    }
    let _ = writeln!(
        text,
        "\nThe reference model decided, where the documents leave a choice: {}",
        declared.join(", ")
    );
    text.push_str("\nrules and their sources\n");
    let book = Rulebook::embedded();
    for rule in book.rules.iter().filter(|rule| cited.contains(&*rule.id)) {
        let source = rule
            .sources
            .first()
            .map(|source| book.source_words(source, &book.default_edition().id))
            .unwrap_or_default();
        wrap(
            &mut text,
            &format!("  {}: ", rule.id),
            6,
            &format!("{}. {} ({source})", rule.title, rule.basis),
        );
    }
    Ok(text)
}

/// The lines of a file from `given` to before `steps`.
fn given_lines(file: &str) -> impl Iterator<Item = &str> {
    file.lines()
        .skip_while(|line| !line.starts_with("given:"))
        .take_while(|line| !line.starts_with("steps:"))
}

fn tell_outcome(text: &mut String, command: &Command, outcome: &Outcome) {
    if !matches!(command, Command::Sync(_)) {
        let _ = write!(text, "  {}", outcome.status);
        if let Some(message) = &outcome.message {
            let _ = write!(text, ": {message}");
        }
        text.push('\n');
    }
}

/// A command as a sentence.
fn command_words(command: &Command) -> String {
    match command {
        Command::CreateOnPremisesObject(create) => {
            format!("the {} {} is created on-premises", create.object.kind, create.object.key)
        }
        Command::UpdateOnPremisesObject(update) => {
            format!("{} is changed on-premises: {}", update.key, json(&update.set))
        }
        Command::RemoveOnPremisesObject(remove) => format!("{} leaves the scope", remove.key),
        Command::CreateCloudObject(create) => {
            format!("the {} {} is created in the cloud", create.object.kind, create.object.label)
        }
        Command::UpdateCloudObject(update) => {
            format!(
                "an administrator changes {} in the cloud: {}",
                update.object,
                json(&update.set)
            )
        }
        Command::SetImmutableId(set) => format!(
            "an administrator sets onPremisesImmutableId of {} to {}",
            set.object,
            set.value.as_deref().unwrap_or("no value")
        ),
        Command::AssignRole(assign) => {
            format!("an administrator gives {} the role {}", assign.object, assign.role)
        }
        Command::RemoveRole(remove) => {
            format!("an administrator takes the role {} from {}", remove.role, remove.object)
        }
        Command::DeleteCloudObject(delete) if delete.permanently => {
            format!("an administrator hard-deletes {}", delete.object)
        }
        Command::DeleteCloudObject(delete) => {
            format!("an administrator moves {} to the recycle bin", delete.object)
        }
        Command::RestoreCloudObject(restore) => {
            format!("an administrator restores {} from the recycle bin", restore.object)
        }
        Command::SetFeature(set) => {
            format!("{} is turned {}", set.feature, if set.value { "on" } else { "off" })
        }
        Command::ReinstallConnect(_) => "Connect is installed anew".to_owned(),
        Command::Sync(_) => "Connect runs a sync cycle".to_owned(),
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
