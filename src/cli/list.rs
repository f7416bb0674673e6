//! `list`: what there is.

use super::arguments::Listing;
use super::catalogue::{Catalogue, capabilities_of};
use super::exit::{Exit, Mistake};
use super::print;
use crate::cases::grid::Grid;
use crate::cases::scenario::embedded;
use crate::rulebook::{AREAS, Rulebook, area_of};
use std::fmt::Write as _;

pub(super) fn list(what: Listing, edition: Option<&str>, as_json: bool) -> Result<Exit, Mistake> {
    let edition = crate::suite::edition(edition)?;
    if as_json {
        print::text(&print::json(&Catalogue::of(what, edition)));
        return Ok(Exit::Conformant);
    }
    let text = match what {
        Listing::Rules => rules(edition),
        Listing::Scenarios => scenarios(edition),
        Listing::Choices => choices(edition),
        Listing::Editions => editions(),
        Listing::Grid => grid(edition),
    };
    print::text(&text);
    Ok(Exit::Conformant)
}

fn rules(edition: &str) -> String {
    let mut text = String::new();
    for area in AREAS {
        let rules = Rulebook::embedded().rules_in(edition);
        let mut rules = rules.filter(|rule| area_of(&rule.id) == *area).peekable();
        if rules.peek().is_none() {
            continue;
        }
        let _ = writeln!(text, "{area}");
        for rule in rules {
            let basis = rule.in_edition(edition).basis.to_string();
            let _ = writeln!(text, "  {:<44} {basis:<10}  {}", rule.id, rule.title);
        }
    }
    text
}

fn scenarios(edition: &str) -> String {
    let mut text = String::new();
    for scenario in embedded().iter().filter(|one| one.scenario.is_in(edition)) {
        let _ = writeln!(text, "{}\n    {}", scenario.id, scenario.scenario.title);
    }
    text
}

fn choices(edition: &str) -> String {
    let mut text = String::new();
    for choice in Rulebook::embedded().choices_in(edition) {
        let _ = writeln!(text, "{}: {}", choice.id, choice.title);
        for (name, value) in &choice.needs {
            let _ = writeln!(text, "  only with {name}={value}");
        }
        for value in &choice.values {
            let _ = writeln!(text, "  {:<24} {}", value.value, value.meaning.trim());
        }
    }
    text
}

fn editions() -> String {
    let mut text = String::new();
    let book = Rulebook::embedded();
    for edition in &book.editions.editions {
        let default = if edition.default { " (default)" } else { "" };
        let draft = if edition.draft.is_some() { " (draft)" } else { "" };
        let _ = writeln!(text, "{}{default}{draft}  {}", edition.id, edition.title);
        if let Some(missing) = &edition.draft {
            let _ = writeln!(text, "  still without {missing}");
        }
        for dated in &edition.pages {
            let title = book.page(&dated.page).map_or(&*dated.page, |page| &*page.title);
            let _ = writeln!(text, "  {}  {} ({})", dated.dated, title, dated.page);
        }
    }
    let newest = &book.newest_edition().id;
    let _ = writeln!(
        text,
        "\nThe newest that has all its rules is {newest}: `run --edition {newest}`."
    );
    text
}

fn grid(edition: &str) -> String {
    let grid = Grid::within(&capabilities_of(edition));
    let (combinations, cases) = (grid.combinations(), grid.points().len());
    let mut text = format!("{combinations} combinations, {cases} cases\n\nleft out\n");
    for (rule, combinations) in grid.left_out() {
        let _ = writeln!(text, "  {:<36} {combinations:>8}\n    {}", rule.slug, rule.words);
    }
    text
}
