//! The page as a browser shows it: headless Chromium opens it at two widths, light and dark, on paper
//! and without its script, and looks at what comes out.
//!
//! `CHROMIUM` names the browser; without it the usual names are looked for. Where there is none, the
//! tests are listed as ignored. With `REQUIRE_CHROMIUM` they fail then. `AXE` may name the file
//! `axe.min.js` of axe-core, whose rules are applied besides.

mod chromium;
#[path = "../suite/reports/hostile.rs"]
mod hostile;
#[path = "../suite/reports/runs.rs"]
mod runs;
mod served;

use chromium::Browser;
use entra_conformance::report::html;
use libtest_mimic::{Arguments, Failed, Trial};
use runs::{RUNS, summary};
use serde_json::{Value, json};
use served::serve;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;

/// What is checked within a page.
const CHECK: &str = include_str!("check.js");

/// The widths of a desk and of a phone.
const WIDTHS: [u32; 2] = [1280, 390];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let browser = Browser::find();
    let is_required = std::env::var_os("REQUIRE_CHROMIUM").is_some();
    if browser.is_none() && !is_required {
        eprintln!("no Chromium was found, so the page was seen by none: set CHROMIUM to one");
    }
    let is_left_out = browser.is_none() && !is_required;
    let trial = |name: &str, test: fn(&Browser) -> Result<(), Failed>| {
        let browser = browser.clone();
        Trial::test(name, move || match &browser {
            Some(browser) => test(browser),
            None => Err("there is no Chromium".into()),
        })
        .with_ignored_flag(is_left_out)
    };
    let trials = vec![
        trial("the_page_by_day", |browser| seen(browser, false)),
        trial("the_page_by_night", |browser| seen(browser, true)),
        trial("what_is_wrong_is_seen", wrong_pages),
        trial("the_policy_lets_in_what_belongs_to_the_page_alone", policy),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Every page by name.
fn pages() -> Vec<(&'static str, String)> {
    let mut pages: Vec<(&str, String)> =
        RUNS.iter().map(|(run, events)| (*run, html::render(&summary(&events())))).collect();
    pages.push(("hostile", html::render(&hostile::hostile())));
    pages
}

/// The page without the policy that would keep the check out, and perhaps without its own script.
fn with_check(page: &str, wanted: &Value) -> String {
    let without = |page: &str, from: &str, to: &str| {
        let start = page.find(from).expect("it begins");
        let end = start + page[start..].find(to).expect("it ends") + to.len();
        format!("{}{}", &page[..start], &page[end..])
    };
    let mut page = without(page, "<meta http-equiv", ">");
    if wanted["script"] == false {
        page = without(&page, "<script>", "</script>");
    }
    if let Some(axe) = std::env::var_os("AXE").filter(|_| wanted["axe"] == true) {
        let axe = fs::read_to_string(axe).expect("axe-core can be read");
        let _ = write!(page, "<script>{axe}</script>");
    }
    let wanted = wanted.to_string().replace('&', "&amp;").replace('"', "&quot;");
    let _ = write!(page, "<script data-wanted=\"{wanted}\">{CHECK}</script>");
    page
}

/// A page in a frame: how it is looked at.
struct Frame<'p> {
    name: String,
    page: &'p str,
    width: u32,
    wanted: Value,
    /// What follows its address.
    address: &'static str,
}

/// All pages at all widths and in all manners.
fn seen(browser: &Browser, dark: bool) -> Result<(), Failed> {
    let pages = pages();
    let mut frames = Vec::new();
    for (run, page) in &pages {
        let mut frame = |manner: &str, width: u32, wanted: Value, address: &'static str| {
            frames.push(Frame {
                name: format!("{run}-{manner}-{width}"),
                page,
                width,
                wanted,
                address,
            });
        };
        for width in WIDTHS {
            frame("plain", width, json!({"axe": true}), "");
            frame("without-script", width, json!({"script": false}), "");
        }
        frame("paper", 700, json!({"print": true}), "");
        frame("address", 1280, json!({"address": true}), "#state=violated");
    }
    let mut problems = Vec::new();
    let (mut texts, mut controls, mut axe) = (0, 0, 0);
    for frame in look(browser, dark, &frames)? {
        let count = |what: &str| frame["looked"][what].as_u64().unwrap_or_default();
        texts += count("texts");
        controls += count("controls");
        axe += count("axe");
        let found = frame["problems"].as_array().into_iter().flatten();
        problems.extend(found.map(|problem| format!("{}: {problem}", frame["name"])));
    }
    if texts < 1_000 || controls < 200 || (std::env::var_os("AXE").is_some() && axe == 0) {
        problems.push(format!("looked at {texts} texts, {controls} controls, {axe} of axe's"));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// Pages with one thing wrong each: whoever looks has to see it.
fn wrong_pages(browser: &Browser) -> Result<(), Failed> {
    let page = html::render(&summary(&runs::faulty()));
    let cases = [
        ("pale", "--soft: #4f5965", "--soft: #c4c4c4", json!({}), "contrast"),
        ("edge", "--edge: #747e8b", "--edge: #dddddd", json!({}), "the edge of"),
        ("wide", "max-width: 76rem", "min-width: 90rem", json!({}), "wider than"),
        (
            "no-focus",
            "outline: 3px solid var(--link)",
            "outline: none",
            json!({}),
            "focus does not show",
        ),
        ("no-name", ">Show all<", "><", json!({}), "no name"),
        ("twice", "id=\"cases\"", "id=\"rules\"", json!({}), "twice: #rules"),
        ("no-filter", "form.hidden = false;", "", json!({}), "no filter"),
        (
            "idle",
            "text.addEventListener('input'",
            "text.addEventListener('other'",
            json!({}),
            "text: ",
        ),
        ("no-link", "place.open = true", "place.open = false", json!({}), "does not lead there"),
        ("no-copy", "selection.addRange(range)", "", json!({}), "nothing to copy"),
        ("order", "h2 id=\"failures\"", "h4 id=\"failures\"", json!({}), "out of order"),
        (
            "hidden",
            "section aria-labelledby=\"cases\"",
            "section hidden=\"\" aria-labelledby=\"cases\"",
            json!({"script": false}),
            "only the script would show",
        ),
        (
            "ink",
            "button, .copied { display: none",
            "i { display: none",
            json!({"print": true}),
            "controls are printed",
        ),
        (
            "folded",
            ".all-rules { display: none !important; }\n  details::details-content { content-visibility: visible",
            "details::details-content { content-visibility: hidden",
            json!({"print": true}),
            "folded on paper",
        ),
        (
            "address",
            "  follow();\n})();",
            "})();",
            json!({"address": true}),
            "when the page is opened",
        ),
    ];
    let spoilt: Vec<String> =
        cases.iter().map(|(_, from, to, ..)| page.replace(from, to)).collect();
    let frames: Vec<Frame<'_>> = cases
        .iter()
        .zip(&spoilt)
        .map(|((name, .., wanted, _), page)| Frame {
            name: (*name).to_owned(),
            page,
            width: 1280,
            wanted: wanted.clone(),
            address: if *name == "address" { "#state=violated" } else { "" },
        })
        .collect();
    let told = look(browser, false, &frames)?;
    let mut unseen = Vec::new();
    for (name, .., expected) in &cases {
        let frame = told.iter().find(|frame| frame["name"] == *name);
        let problems = frame.map(|frame| frame["problems"].to_string()).unwrap_or_default();
        if !problems.contains(expected) {
            unseen.push(format!("{name}: {expected:?} is not in {problems}"));
        }
    }
    if unseen.is_empty() { Ok(()) } else { Err(unseen.join("\n").into()) }
}

/// Opens all frames in one browser, and gives what each of them tells.
fn look(browser: &Browser, dark: bool, frames: &[Frame<'_>]) -> Result<Vec<Value>, Failed> {
    let mut served = BTreeMap::new();
    let mut inner = String::new();
    for Frame { name, page, width, wanted, address } in frames {
        let mut told = json!({"name": name, "width": width, "dark": dark, "script": true});
        for (field, value) in wanted.as_object().expect("an object") {
            told[field] = value.clone();
        }
        let _ = write!(
            inner,
            "<iframe src=\"/{name}{address}\" style=\"width:{width}px;height:900px;border:0\"></iframe>"
        );
        served.insert(format!("/{name}"), with_check(page, &told));
    }
    let expected = frames.len();
    let around = format!(
        "<!DOCTYPE html><script>
        const told = [];
        addEventListener('message', (event) => {{
          told.push(event.data);
          if (told.length === {expected}) fetch('/told', {{ method: 'POST', body: JSON.stringify(told) }});
        }});
        </script>{inner}"
    );
    served.insert("/around".to_owned(), around);
    let (address, receiver) = serve(served)?;
    let told = browser.ask(&format!("http://{address}/around"), dark, &receiver)?;
    Ok(serde_json::from_slice(&told)?)
}

/// With its policy the page has its style and its script, and nothing else would be let in.
fn policy(browser: &Browser) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let open = |name: &str, page: &str| -> Result<chromium::Output, Failed> {
        let file = folder.path().join(name);
        fs::write(&file, page)?;
        Ok(browser.open(&file)?)
    };
    let is_refused = |output: &chromium::Output| output.log.contains("Content Security Policy");
    let is_scripted = |output: &chromium::Output| !output.page.contains("id=\"filter\" hidden");
    let page = html::render(&hostile::hostile());
    let whole = open("whole.html", &page)?;
    if is_refused(&whole) || !is_scripted(&whole) {
        return Err(format!("the page's own parts are refused: {}", whole.log).into());
    }
    // The other way round, so that the looking is known to see something.
    for (from, to) in [
        ("<style>", "<style> "),
        ("</body>", "<script>document.title = 'taken over';</script></body>"),
        ("</body>", "<img src=\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\"></body>"),
    ] {
        let spoilt = open("spoilt.html", &page.replacen(from, to, 1))?;
        if !is_refused(&spoilt) || spoilt.page.contains("<title>taken over") {
            return Err(format!("{to} is let in: {}", spoilt.log).into());
        }
    }
    Ok(())
}
