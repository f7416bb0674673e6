//! Text from outside on the page: nothing in it is taken for anything but text.

use crate::report::legible::is_unseen;
use maud::{Markup, Render, html};

/// Text in which what cannot be seen, or would turn the letters around, is shown by its number.
#[derive(Clone, Copy)]
pub(super) struct Shown<'t>(pub(super) &'t str);

impl Render for Shown<'_> {
    fn render_to(&self, page: &mut String) {
        let mut rest = self.0;
        while let Some((at, letter)) = rest.char_indices().find(|(_, letter)| is_unseen(*letter)) {
            rest[..at].render_to(page);
            page.push_str("<span class=\"unseen\">");
            page.extend(letter.escape_unicode());
            page.push_str("</span>");
            rest = &rest[at + letter.len_utf8()..];
        }
        rest.render_to(page);
    }
}

/// A value is shown up to so many characters.
const LONGEST: usize = 4_000;

/// The beginning of a text, and how many characters are left out.
pub(super) fn clipped(text: &str) -> (&str, usize) {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => (&text[..end], text[end..].chars().count()),
        None => (text, 0),
    }
}

/// A text, or as much of it as there is room for.
pub(super) fn value(text: &str) -> Markup {
    let (shown, left_out) = clipped(text);
    html! { (Shown(shown)) (rest(left_out)) }
}

/// What says that something was left out.
pub(super) fn rest(left_out: usize) -> Markup {
    html! {
        @if left_out > 0 { " " i { "(and " (left_out) " more characters; the JSON report has them)" } }
    }
}

/// A link, where the address is one of the web's; the words alone otherwise.
pub(super) fn link(words: &str, address: &str) -> Markup {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_web = matches!(scheme.as_deref(), Some("http" | "https"));
    html! {
        @if is_web && !address.contains(is_unseen) {
            a href=(address) rel="noreferrer" { (Shown(words)) }
        } @else {
            (Shown(words))
        }
    }
}

/// An identifier for the page: what stands in a name stays, as far as it can stand in a link.
pub(in crate::report) fn identifier(prefix: &str, name: &str) -> String {
    let mut identifier = format!("{prefix}-");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-/".contains(&byte) {
            identifier.push(byte.into());
        } else {
            identifier.push_str(&format!("_{byte:02x}"));
        }
    }
    identifier
}

/// The first letter as a capital.
pub(super) fn as_sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::legible;
    use rstest::rstest;

    #[rstest]
    #[case::plain("ann\n\tand bob", "ann\n\tand bob")]
    #[case::html("</pre><b a=\"&\">", "&lt;/pre&gt;&lt;b a=&quot;&amp;&quot;&gt;")]
    #[case::escape("\u{1b}[31m", "<span class=\"unseen\">\\u{1b}</span>[31m")]
    #[case::direction("a\u{202e}b", "a<span class=\"unseen\">\\u{202e}</span>b")]
    #[case::null("\0", "<span class=\"unseen\">\\u{0}</span>")]
    fn nothing_is_taken_for_markup_or_stays_unseen(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(Shown(text).render().into_string(), expected);
        let plain = expected.replace("<span class=\"unseen\">", "").replace("</span>", "");
        assert_eq!(html! { (legible(text)) }.into_string(), plain);
    }

    #[rstest]
    #[case::web(
        "https://example.org/a?b=1&c",
        "<a href=\"https://example.org/a?b=1&amp;c\" rel=\"noreferrer\">x</a>"
    )]
    #[case::capitals(
        "HTTP://example.org",
        "<a href=\"HTTP://example.org\" rel=\"noreferrer\">x</a>"
    )]
    #[case::script("javascript://example.org/%0Aalert(1)", "x")]
    #[case::no_scheme("//example.org", "x")]
    #[case::hidden_scheme("java\nscript:alert(1)", "x")]
    #[case::space_before(" https://example.org", "x")]
    #[case::quote(
        "https://a\" onclick=\"x",
        "<a href=\"https://a&quot; onclick=&quot;x\" rel=\"noreferrer\">x</a>"
    )]
    fn only_addresses_of_the_web_are_links(#[case] address: &str, #[case] expected: &str) {
        assert_eq!(link("x", address).into_string(), expected);
    }

    #[rstest]
    #[case("match.same-attribute", "rule-match.same-attribute")]
    #[case("a b\"_<ä", "rule-a_20b_22_5f_3c_c3_a4")]
    fn identifiers_stand_in_links(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(identifier("rule", name), expected);
    }

    #[test]
    fn long_values_are_cut_between_letters() {
        let text = "ä".repeat(LONGEST + 3);
        let (shown, left_out) = clipped(&text);
        assert_eq!((shown.chars().count(), left_out), (LONGEST, 3));
        assert_eq!(clipped("short"), ("short", 0));
    }
}
