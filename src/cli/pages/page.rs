//! A page, and what all of them are written with.

/// A page, by its path on the site.
pub(super) struct Page {
    pub(super) path: String,
    pub(super) text: String,
}

impl Page {
    pub(super) fn new(path: impl Into<String>, text: String) -> Page {
        Page { path: path.into(), text }
    }
}

/// Text in which nothing is meant as Markdown but words in backticks.
pub(super) fn prose(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut is_code = false;
    for letter in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        is_code ^= letter == '`';
        // A table's cells end at this one even in code.
        if letter == '|' || !is_code && r"\*_[]<>#~".contains(letter) {
            written.push('\\');
        }
        written.push(letter);
    }
    written
}

/// In which editions something holds.
pub(super) fn in_editions(since: &str, until: Option<&str>) -> String {
    match until {
        None => format!("from {since} on"),
        Some(until) if until == since => format!("{since} only"),
        Some(until) => format!("{since} to {until}"),
    }
}

/// A list of contents for the site's own: a line for each page.
pub(super) fn contents(folder: &str, lines: impl Iterator<Item = String>) -> Page {
    Page::new(format!("{folder}/SUMMARY.md"), lines.map(|line| line + "\n").collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_code_is_markdown() {
        assert_eq!(prose("a_b `c_d|e` <f>\n  *g*"), r"a\_b `c_d\|e` \<f\> \*g\*");
    }
}
