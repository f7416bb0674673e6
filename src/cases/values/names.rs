//! User principal names and mail addresses.
//!
//! Microsoft lets a user principal name consist of ASCII letters, digits and `'.-_!#^~`, at most 64 of
//! them before the `@` and 113 in all; an address may have whatever RFC 5321 allows, and 256 with its
//! prefix. Nothing else is ever made.

use crate::cases::vocabulary::{DOMAIN, PEOPLE};

/// What names look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameForm {
    /// The vocabulary's people.
    Plain,
    /// One letter or digit.
    OneCharacter,
    /// Digits, which differ in leading zeros only.
    Digits,
    /// Names that differ only in what stands behind a character that is neither letter nor digit, and in
    /// that.
    Marks,
    /// One name in many domains, subdomains among them.
    Domains,
    /// As long as may be, different only at the end of the part before the `@`.
    LongLocalPart,
    /// As long as may be, different only at the end of the domain.
    LongDomain,
    /// With capitals, and with letters that some languages write otherwise in the other case.
    Capitals,
    /// All of this at once.
    Everything,
}

/// What a name is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It is, or may become, somebody's user principal name.
    SignIn,
    /// It is a mail address and nothing else.
    MailOnly,
}

impl Use {
    /// Marks that may stand between letters.
    fn marks(self) -> &'static [u8] {
        match self {
            Use::SignIn => b".-_!#^~'",
            Use::MailOnly => b".-_!#^~'+/=&%$*?{|}`",
        }
    }

    /// How long the domain is where all is as long as may be.
    fn longest_domain(self) -> usize {
        match self {
            Use::SignIn => 113 - LONGEST_LOCAL_PART - 1,
            Use::MailOnly => 256 - "SMTP:".len() - LONGEST_LOCAL_PART - 1,
        }
    }
}

const LONGEST_LOCAL_PART: usize = 64;

/// Domains that a tenant may have verified, some of which end or begin as others do.
const DOMAINS: [&str; 8] = [
    "contoso.com",
    "eu.contoso.com",
    "fabrikam.com",
    "contoso.com.example",
    "sales.eu.contoso.com",
    "xn--mnchen-3ya.example",
    "contoso.co",
    "ontoso.com",
];

impl NameForm {
    pub(super) const ALL: &'static [NameForm] = &[
        NameForm::Plain,
        NameForm::OneCharacter,
        NameForm::Digits,
        NameForm::Marks,
        NameForm::Domains,
        NameForm::LongLocalPart,
        NameForm::LongDomain,
        NameForm::Capitals,
        NameForm::Everything,
    ];

    /// The name with this number; two numbers never give the same, whatever the letter case.
    pub(super) fn name(self, number: usize, r#use: Use) -> String {
        match self {
            NameForm::Plain => {
                let person = PEOPLE.get(number).map_or_else(
                    || format!("{}{number}", PEOPLE[number % PEOPLE.len()]),
                    |person| (*person).to_owned(),
                );
                format!("{person}@{DOMAIN}")
            }
            NameForm::OneCharacter => {
                let characters = b"ibcdefghajklmnopqrstuvwxyz0123456789";
                let character = char::from(characters[number % characters.len()]);
                format!("{character}@{}", domain(number / characters.len()))
            }
            NameForm::Digits => format!("{}7@{DOMAIN}", "0".repeat(number)),
            NameForm::Marks => {
                let marks = Use::MailOnly.marks();
                let common = Use::SignIn.marks().len();
                // Marks that may stand in mail addresses only come first where they may.
                let first = if r#use == Use::SignIn { 0 } else { common };
                let mark = |at: usize| char::from(marks[first + at % common]);
                match number {
                    0 => format!("jo@{DOMAIN}"),
                    1 => format!("join@{DOMAIN}"),
                    number if number <= common + 1 => format!("jo{}in@{DOMAIN}", mark(number - 2)),
                    number => format!("jo{}{}@{DOMAIN}", mark(number), at_the_end(number)),
                }
            }
            NameForm::Domains => format!("info@{}", domain(number)),
            NameForm::LongLocalPart => {
                let local = padded(LONGEST_LOCAL_PART, "billi", &at_the_end(number));
                format!("{local}@{}", padded(r#use.longest_domain(), "mail.", "contoso.com"))
            }
            NameForm::LongDomain => {
                let local = padded(LONGEST_LOCAL_PART, "billi", "");
                let end = format!(".c{}", at_the_end(number));
                format!("{local}@{}", padded(r#use.longest_domain(), "mail.", &end))
            }
            NameForm::Capitals => format!("Iris.McKinley{}@{DOMAIN}", at_the_end(number)),
            NameForm::Everything => {
                let local = padded(LONGEST_LOCAL_PART, "Iris.O'Neil-1_!#^~", &at_the_end(number));
                format!("{local}@{}", padded(r#use.longest_domain(), "eu.", DOMAIN))
            }
        }
    }
}

fn domain(number: usize) -> String {
    DOMAINS.get(number).map_or_else(|| format!("d{number}.{DOMAIN}"), |it| (*it).to_owned())
}

/// Two letters for a number, small ones, each number's own.
fn at_the_end(number: usize) -> String {
    let letter = |at: usize| char::from(b'a' + u8::try_from(at % 26).unwrap_or(0));
    [letter(number / 26), letter(number)].iter().collect()
}

/// The same again and again up to this length, with this end.
fn padded(length: usize, again: &str, end: &str) -> String {
    let mut text: String = again.chars().cycle().take(length - end.len()).collect();
    // Neither a `.` at the end nor two of them in a row.
    if text.ends_with('.') {
        text.pop();
        text.push('x');
    }
    text + end
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_such_as_microsoft_allows_and_no_two_are_the_same() {
        for form in NameForm::ALL {
            let mut names = BTreeSet::new();
            for number in 0..40 {
                for r#use in [Use::SignIn, Use::MailOnly] {
                    let name = form.name(number, r#use);
                    let (local, domain) = name.split_once('@').expect("an @");
                    let longest = if r#use == Use::SignIn { 113 } else { 251 };
                    assert!(name.len() <= longest && local.len() <= 64, "{name}");
                    let is_allowed =
                        |it: u8| it.is_ascii_alphanumeric() || r#use.marks().contains(&it);
                    assert!(local.bytes().all(is_allowed), "{name}");
                    let labels: Vec<&str> = domain.split('.').collect();
                    assert!(labels.iter().all(|label| (1..64).contains(&label.len())), "{name}");
                }
                // Whichever use each number is put to.
                let r#use = if number % 2 == 0 { Use::SignIn } else { Use::MailOnly };
                let name = form.name(number, r#use);
                assert!(names.insert(name.to_ascii_lowercase()), "{form:?}: {name}");
            }
        }
    }
}
