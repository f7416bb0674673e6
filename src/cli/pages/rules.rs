//! The rulebook: a page for each rule of any edition, and one that leads to them.

use super::page::{Page, contents, in_editions, prose};
use super::scenarios;
use crate::cases::scenario::{EmbeddedScenario, embedded};
use crate::directory::{Capabilities, Capability};
use crate::rulebook::{AREAS, Basis, Rule, Rulebook, Source, area_of};
use std::fmt::Write as _;

pub(super) fn pages() -> Vec<Page> {
    let rules = &Rulebook::embedded().rules;
    let line = |rule: &Rule| format!("- [{}](rules/{}.md)", rule.id, rule.id);
    let mut pages = vec![overview(), contents("rules", in_order().map(line))];
    pages.extend(rules.iter().map(|rule| Page::new(format!("rules/{}.md", rule.id), page(rule))));
    pages
}

/// The rules by area.
fn in_order() -> impl Iterator<Item = &'static Rule> {
    let rules = &Rulebook::embedded().rules;
    AREAS.iter().flat_map(|area| rules.iter().filter(move |rule| area_of(&rule.id) == *area))
}

fn overview() -> Page {
    let mut text = "# The rulebook\n\n\
        Every rule of every edition, with a page of its own: what it says, where that is written, what it takes to be \
        judged by it, and the scenarios that show it. `documented` rules stand in the page that the edition is named \
        after, `related` ones in another page of that time, and `derived` ones follow from what the pages say. The words in \
        which they are told are [explained below](#words-that-the-rules-rest-on).\n"
        .to_owned();
    for area in AREAS {
        let _ = writeln!(text, "\n## {area}\n");
        for rule in in_order().filter(|rule| area_of(&rule.id) == *area) {
            let Rule { id, title, basis, .. } = rule;
            let title = prose(title);
            let editions = in_editions(&rule.since, rule.until.as_deref());
            let _ = writeln!(text, "- [`{id}`]({id}.md): {title}. *{basis}, {editions}*");
        }
    }
    Page::new("rules/README.md", text + &words())
}

/// The words that statements rest on, from the comment at the top of the rulebook's file.
fn words() -> String {
    const HEADING: &str = "# Words that the statements rest on\n";
    let file = include_str!("../../../spec/rules.yaml");
    let (_, comment) = file.split_once(HEADING).expect("the words of the rulebook");
    // A word with its meaning, or a paragraph of its own.
    let mut paragraphs = vec![(None, String::new())];
    for line in comment.lines().map_while(|line| line.strip_prefix('#')) {
        match line.strip_prefix("   ").filter(|entry| !entry.starts_with(' ')) {
            Some(entry) => {
                let (word, meaning) = entry.split_once("  ").unwrap_or((entry, ""));
                paragraphs.push((Some(word), meaning.to_owned()));
            }
            None if line.is_empty() => paragraphs.push((None, String::new())),
            None => paragraphs.last_mut().expect("a paragraph").1 += line,
        }
    }
    let paragraphs = paragraphs.iter().filter(|(_, text)| !text.is_empty());
    let paragraphs = paragraphs.map(|(word, text)| match word {
        Some(word) => format!("- **{word}**: {}", prose(text)),
        None => prose(text),
    });
    let paragraphs: Vec<String> = paragraphs.collect();
    format!("\n## Words that the rules rest on\n\n{}\n", paragraphs.join("\n\n"))
}

fn page(rule: &Rule) -> String {
    let mut text =
        format!("# {}\n\n**{}**\n\n{}\n\n", rule.id, prose(&rule.title), prose(&rule.statement));
    let needs = rule.lacking(&Capabilities::default());
    let needs = if needs.is_empty() { "nothing besides".to_owned() } else { code(&needs) };
    let mut facts = vec![
        ("Editions", in_editions(&rule.since, rule.until.as_deref())),
        ("Binds", rule.scope.to_string()),
        ("Capabilities that it takes", needs),
        ("Conformance classes", classes(rule)),
    ];
    let others = |is_one: &dyn Fn(&Rule) -> bool| {
        links(&in_order().filter(|one| is_one(one)).collect::<Vec<_>>())
    };
    let named = |ids: &[String]| others(&|one| ids.contains(&one.id));
    facts.push(("Takes the place of", others(&|one| rule.supersedes.as_ref() == Some(&one.id))));
    facts.push(("Its place is taken by", others(&|one| one.supersedes.as_ref() == Some(&rule.id))));
    facts.push((
        "Where it is broken together with one of these, that one explains it",
        named(&rule.follows_from),
    ));
    facts.push((
        "Explains, where they are broken together",
        others(&|one| one.follows_from.contains(&rule.id)),
    ));
    facts.push(("Earlier names", rule.aliases.join(", ")));
    for (what, fact) in facts.iter().filter(|(_, fact)| !fact.is_empty()) {
        let _ = writeln!(text, "- {what}: {fact}");
    }
    text.push_str("\nThe [words](README.md#words-that-the-rules-rest-on) are explained beneath the rulebook.\n");
    text.push_str("\n## Where it is from\n\n");
    grounds(
        &mut text,
        rule.basis,
        &rule.sources,
        &rule.since,
        rule.because.as_deref(),
        &rule.notes,
    );
    for later in &rule.later {
        let _ = writeln!(text, "\n### From {} on\n", later.since);
        grounds(
            &mut text,
            later.basis,
            &later.sources,
            &later.since,
            later.because.as_deref(),
            &later.notes,
        );
    }
    text.push_str("\n## Scenarios\n");
    list(&mut text, "It holds in", &|known| known.scenario.rules.contains(&rule.id));
    list(&mut text, "It nearly applies in", &|known| known.scenario.near_misses.contains(&rule.id));
    let _ = write!(
        text,
        "\n## At the command line\n\n```sh\nentra-conformance explain {id}\n\
         entra-conformance run --rule {id} --edition {edition} -- ./my-adapter\n```\n",
        id = rule.id,
        edition = rule.until.as_ref().unwrap_or(&Rulebook::embedded().newest_edition().id),
    );
    text
}

/// Capabilities of which each list takes at least one.
fn code(needs: &[Vec<Capability>]) -> String {
    let any = |list: &Vec<Capability>| {
        let words: Vec<String> = list.iter().map(|one| format!("`{}`", one.word())).collect();
        words.join(" or ")
    };
    needs.iter().map(any).collect::<Vec<_>>().join(", ")
}

/// The classes that contain it, in the last edition that has it.
fn classes(rule: &Rule) -> String {
    let book = Rulebook::embedded();
    let edition = rule.until.as_ref().unwrap_or(&book.newest_edition().id);
    let everything: Capabilities = Capability::ALL.iter().copied().collect();
    let classes = book.classes.iter();
    let classes =
        classes.filter(|class| class.rules(edition, &everything).any(|one| one.id == rule.id));
    classes.map(|class| format!("`{}`", class.id)).collect::<Vec<_>>().join(", ")
}

fn links(rules: &[&Rule]) -> String {
    let links: Vec<String> =
        rules.iter().map(|rule| format!("[`{}`]({}.md)", rule.id, rule.id)).collect();
    links.join(", ")
}

/// On what it rests in an edition.
fn grounds(
    text: &mut String,
    basis: Basis,
    sources: &[Source],
    edition: &str,
    because: Option<&str>,
    notes: &[String],
) {
    let book = Rulebook::embedded();
    let label = match basis {
        Basis::Documented => "Documented in",
        Basis::Related => "Related, in",
        Basis::Derived => "Derived from",
    };
    for source in sources {
        let words = prose(&book.source_words(source, edition));
        let url = book.page(&source.page).map_or("", |page| &page.url);
        let _ = writeln!(text, "- {label} [{words}]({url}) ({})", source.page);
        if let Some(quote) = source.quotation() {
            let _ = writeln!(text, "  > {}", prose(&quote));
        }
    }
    let because = because.map(|because| format!("Because: {}", prose(because)));
    let notes = notes.iter().map(|note| format!("Note: {}", prose(note)));
    for paragraph in because.into_iter().chain(notes) {
        let _ = writeln!(text, "\n{paragraph}");
    }
}

/// The scenarios of one sort, each with its title and the mistake that it tempts into.
fn list(text: &mut String, heading: &str, is_one: &dyn Fn(&EmbeddedScenario) -> bool) {
    let mut scenarios = embedded().iter().filter(|known| is_one(known)).peekable();
    if scenarios.peek().is_some() {
        let _ = writeln!(text, "\n### {heading}\n");
    }
    for known in scenarios {
        let tempting = known.scenario.tempting.as_deref();
        let tempting = tempting.map(|words| format!(" *The tempting mistake:* {}", prose(words)));
        let (link, title) = (scenarios::link(known.id), prose(&known.scenario.title));
        let _ = writeln!(text, "- {link}: {title}.{}", tempting.unwrap_or_default());
    }
}
