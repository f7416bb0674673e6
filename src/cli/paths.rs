//! Files that are written must be different ones, and none of those that are read.

use super::exit::Mistake;
use std::fs;
use std::path::{Path, PathBuf};

/// Whether a path stands for standard input or output.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Refuses to write two things to one file, however it is named, or to write where something is read.
/// Each path comes with what it is for.
pub(super) fn refuse_clashes(
    outputs: &[(&str, &Path)],
    inputs: &[(&str, &Path)],
) -> Result<(), Mistake> {
    for (at, (what, path)) in outputs.iter().enumerate() {
        let name = if is_standard(path) { "standard output" } else { &path.to_string_lossy() };
        for (other, other_path) in &outputs[..at] {
            if is_same(path, other_path) {
                return Err(Mistake::bad_input(format!(
                    "{other} and {what} cannot both go to {name}; name another file for one of them"
                )));
            }
        }
        let mut inputs = inputs.iter().filter(|(_, input)| !is_standard(input));
        if let Some((other, _)) = inputs.find(|(_, input)| is_same(path, input)) {
            return Err(Mistake::bad_input(format!(
                "{what} cannot go to {name}: that is the file of {other}"
            )));
        }
    }
    Ok(())
}

/// Whether two paths mean one file.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    if is_standard(one) || is_standard(other) {
        return is_standard(one) && is_standard(other);
    }
    match (Place::of(one), Place::of(other)) {
        (Some(one), Some(other)) => one == other,
        // `/dev/null` takes everything.
        _ => false,
    }
}

/// Which file a path means.
#[derive(PartialEq, Eq)]
enum Place {
    /// A file that is there, by its device and number.
    #[cfg(unix)]
    There(u64, u64),
    /// By the path that has no links in it.
    Path(PathBuf),
}

impl Place {
    /// Nothing, where it is no file that keeps what is written.
    fn of(path: &Path) -> Option<Place> {
        let path = followed(path);
        match fs::metadata(&path) {
            Ok(there) if !there.is_file() => None,
            #[cfg(unix)]
            Ok(there) => {
                use std::os::unix::fs::MetadataExt as _;
                Some(Place::There(there.dev(), there.ino()))
            }
            #[cfg(not(unix))]
            Ok(_) => fs::canonicalize(&path).ok().map(Place::Path),
            Err(_) => {
                let folder = path.parent().filter(|folder| *folder != Path::new(""));
                let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
                Some(Place::Path(folder.join(path.file_name()?)))
            }
        }
    }
}

/// Where a path leads to that may be a link, also to a file that is not there yet.
fn followed(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..40 {
        let Ok(to) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(to);
    }
    path
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::os::unix::fs::symlink;

    #[rstest]
    #[case::different("new.xml", "other.xml", false)]
    #[case::the_same("new.xml", "new.xml", true)]
    #[case::with_a_dot("new.xml", "./new.xml", true)]
    #[case::through_a_folder("new.xml", "folder/../new.xml", true)]
    #[case::symlink("there.xml", "link.xml", true)]
    #[case::hard_link("there.xml", "hard.xml", true)]
    #[case::symlink_to_nothing("new.xml", "dangling.xml", true)]
    #[case::linked_folder("folder/new.xml", "linked/new.xml", true)]
    #[case::no_file("/dev/null", "/dev/null", false)]
    #[case::standard_output("-", "-", true)]
    fn a_file_is_known_by_any_name(#[case] one: &str, #[case] other: &str, #[case] same: bool) {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| match name {
            "-" | "/dev/null" => PathBuf::from(name),
            name => folder.path().join(name),
        };
        fs::create_dir(at("folder")).expect("a folder");
        fs::write(at("there.xml"), "").expect("a file");
        symlink("there.xml", at("link.xml")).expect("a link");
        symlink("new.xml", at("dangling.xml")).expect("a link");
        symlink("folder", at("linked")).expect("a link");
        fs::hard_link(at("there.xml"), at("hard.xml")).expect("a link");
        assert_eq!(is_same(&at(one), &at(other)), same);
        let outputs = [("one", &*at(one)), ("two", &*at(other))];
        assert_eq!(refuse_clashes(&outputs, &[]).is_err(), same);
        let is_read = refuse_clashes(&outputs[..1], &[("two", &*at(other))]).is_err();
        assert_eq!(is_read, same && one != "-");
    }
}
