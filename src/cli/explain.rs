//! `explain`: a scenario step by step, with the decisions that the rules lead to; a rule; or users.

use super::arguments::ExplainArguments;
use super::exit::{Exit, Mistake};
use super::forecast::{self, Answer, Asked, Form};
use super::prose::{cite, wrap};
use super::story::{Explanation, story};
use super::{implementation, print};
use crate::cases::scenario::{EmbeddedScenario, Scenario, embedded, from_yaml, read_file};
use crate::directory::{Capabilities, Command};
use crate::forecast::input;
use crate::report::command::in_words;
use crate::report::{capabilities, choices};
use crate::rulebook::{Basis, Rule, Rulebook};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub(super) fn explain(arguments: &ExplainArguments) -> Result<Exit, Mistake> {
    let mut files = arguments.given.clone();
    if let Some(file) = arguments.what.as_deref().filter(|what| is_given(what)) {
        files.insert(0, PathBuf::from(file));
    }
    if !files.is_empty() {
        if let Some(what) = arguments.what.as_deref().filter(|what| !is_given(what)) {
            return Err(Mistake::bad_input(format!(
                "{what} is no file of users, and --given tells of users: leave one of the two out"
            )));
        }
        let form = match (arguments.json, arguments.csv) {
            (true, _) => Form::Json,
            (_, true) => Form::Csv,
            _ => Form::Text,
        };
        let answer = forecast::explain(&Asked {
            files: &files,
            editions: &arguments.edition,
            choices: &arguments.choices.choices,
            features: &arguments.features,
            only: arguments.only.as_deref(),
            form,
        })?;
        print::text(&match answer {
            Answer::Text(text) => text,
            Answer::Users(users) => print::json(&Explanation::Users(users)),
        });
        return Ok(Exit::Conformant);
    }
    let what = arguments.what.as_deref().unwrap_or_default();
    if arguments.csv || arguments.only.is_some() || !arguments.features.is_empty() {
        return Err(Mistake::bad_input(format!(
            "--csv, --only and --feature are about users, and {what} is no file of users"
        )));
    }
    let edition = match &*arguments.edition {
        [] => None,
        [edition] => Some(edition.as_str()),
        _ => {
            return Err(Mistake::bad_input(
                "a rule or a scenario is explained by one edition at a time",
            ));
        }
    };
    let (chosen, as_json) = (&*arguments.choices.choices, arguments.json);
    let book = Rulebook::embedded();
    let asked = edition.map(|edition| crate::suite::edition(Some(edition))).transpose()?;
    if let Some(rule) = book.rule(what) {
        // Where no edition is asked for, the default one, or the first that has the rule.
        let default = &book.default_edition().id;
        let edition = asked.unwrap_or(if rule.is_in(default) { default } else { &rule.since });
        let text = if as_json {
            print::json(&Explanation::of_rule(rule, edition))
        } else {
            rule_text(rule, edition)
        };
        print::text(&text);
        return Ok(Exit::Conformant);
    }
    let scenario = embedded().iter().find(|scenario| scenario.id == what);
    let since = scenario.and_then(|scenario| scenario.scenario.since.as_deref());
    let edition = crate::suite::edition(asked.or(since))?;
    let policy = implementation::policy(edition, chosen)?;
    let words_of = |name: &str, file: &str, scenario: &Scenario| {
        if as_json {
            return Ok(print::json(&Explanation::of_scenario(name, scenario, policy)?));
        }
        scenario_text(name, file, scenario, policy)
    };
    let text = if let Some(scenario) = scenario {
        words_of(scenario.id, scenario.text, &scenario.scenario)?
    } else if Path::new(what).is_file() {
        let text = read_file(Path::new(what)).map_err(|error| vec![error])?;
        let scenario = from_yaml(what, &text)?;
        words_of(what, &text, &scenario)?
    } else {
        return Err(Mistake::bad_input(format!(
            "{what} is no rule, no scenario and no file (`entra-conformance list rules` and `list scenarios` show what there is)"
        )));
    };
    print::text(&text);
    Ok(Exit::Conformant)
}

/// Whether this is a file of users, and no rule or scenario.
fn is_given(what: &str) -> bool {
    let path = Path::new(what);
    let is_known = Rulebook::embedded().rule(what).is_some()
        || embedded().iter().any(|scenario| scenario.id == what);
    !is_known && path.is_file() && input::is_given(path)
}

/// Everything that the rulebook knows of a rule.
fn rule_text(rule: &Rule, edition: &str) -> String {
    let book = Rulebook::embedded();
    let rule = &rule.in_edition(edition);
    let mut text = String::new();
    let _ = writeln!(text, "{}: {}\n", rule.id, rule.title);
    wrap(&mut text, "", 0, &rule.statement);
    text.push('\n');
    let until = rule.until.as_deref().map(|until| format!(" until {until}")).unwrap_or_default();
    let _ = writeln!(text, "editions  since {}{until}", rule.since);
    if let Some(superseded) = &rule.supersedes {
        let _ = writeln!(text, "replaces  {superseded}");
    }
    for later in &rule.later {
        let _ = writeln!(text, "          from {} on it is {}", later.since, later.basis);
    }
    let _ = writeln!(text, "binds     {}", rule.scope);
    let needs = rule.lacking(&Capabilities::default());
    let needs = if needs.is_empty() { "nothing".to_owned() } else { capabilities(&needs) };
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
    for scenario in embedded().iter().filter(|known| known.scenario.rules.contains(&rule.id)) {
        let _ = writeln!(text, "holds in  {}", scenario.id);
    }
    let is_near = |known: &&EmbeddedScenario| known.scenario.near_misses.contains(&rule.id);
    for scenario in embedded().iter().filter(is_near) {
        let _ = writeln!(text, "near miss {}", scenario.id);
    }
    let _ = writeln!(text, "web page  {}", rule.url());
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
    let mut cited: BTreeSet<&str> = scenario.rules.iter().map(String::as_str).collect();
    for (number, step) in (1..).zip(&story(scenario, policy)?) {
        text.push('\n');
        wrap(&mut text, &format!("step {number}: "), 2, &command_words(&step.command));
        if !matches!(step.command, Command::Sync(_)) {
            let message = step.outcome.message.as_ref().map(|message| format!(": {message}"));
            let _ = writeln!(text, "  {}{}", step.outcome.status, message.unwrap_or_default());
            continue;
        }
        for (key, decisions) in &step.decisions {
            let result = step.outcome.result_of(key);
            let result =
                result.map_or_else(|| "nothing".to_owned(), |result| result.result.to_string());
            let _ = writeln!(text, "  {key}: {result}");
            for sentence in decisions {
                cited.insert(sentence.rule);
                wrap(&mut text, "    - ", 6, &format!("{} [{}]", sentence.text, sentence.rule));
            }
        }
    }
    let _ = writeln!(
        text,
        "\nThe reference model decided, where the documents leave a choice: {}",
        choices(&policy.declared())
    );
    cite(&mut text, &cited, policy.edition.name);
    Ok(text)
}

/// The lines of a file from `given` to before `steps`.
fn given_lines(file: &str) -> impl Iterator<Item = &str> {
    file.lines()
        .skip_while(|line| !line.starts_with("given:"))
        .take_while(|line| !line.starts_with("steps:"))
}

/// A command as a sentence, with what it sets.
fn command_words(command: &Command) -> String {
    let words = in_words(command);
    match command {
        Command::UpdateOnPremisesObject(update) => format!("{words}: {}", json(&update.set)),
        Command::UpdateCloudObject(update) => format!("{words}: {}", json(&update.set)),
        _ => words,
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
