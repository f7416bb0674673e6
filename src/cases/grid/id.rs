//! IDs of points: stable, and readable without a table.
//!
//! `grid/user-to-user/anchor=equal,upn=equal,when=reinstalled`: the classes of the incoming object
//! and of the target, and then every dimension that is not in its first class. A dimension that is
//! added later changes no ID.

use super::dimension::ObjectClass;
use super::point::Point;
use std::fmt::Write as _;

const PREFIX: &str = "grid/";
const BETWEEN: &str = "-to-";

impl Point {
    /// Its ID.
    pub fn id(&self) -> String {
        let mut id = format!("{PREFIX}{}{BETWEEN}{}", self.incoming.word(), self.target.word());
        let mut separator = '/';
        for (dimension, class) in self.words().filter(|(dimension, _)| !is_class(dimension)) {
            // Writing to a string cannot fail.
            let _ = write!(id, "{separator}{dimension}={class}");
            separator = ',';
        }
        id
    }

    /// The point with this ID, left out or not; `None` for a text that is no ID of any.
    pub fn from_id(id: &str) -> Option<Point> {
        let (classes, rest) = match id.strip_prefix(PREFIX)?.split_once('/') {
            Some((classes, rest)) => (classes, Some(rest)),
            None => (id.strip_prefix(PREFIX)?, None),
        };
        let (incoming, target) = classes.split_once(BETWEEN)?;
        let mut point = Point::numbered(0);
        point.incoming = ObjectClass::from_word(incoming)?;
        point.target = ObjectClass::from_word(target)?;
        for word in rest.into_iter().flat_map(|rest| rest.split(',')) {
            let (dimension, class) = word.split_once('=')?;
            if is_class(dimension) {
                return None;
            }
            point.set(dimension, class)?;
        }
        // One point, one ID.
        (point.id() == id).then_some(point)
    }
}

/// Whether a dimension stands before the others in an ID.
fn is_class(dimension: &str) -> bool {
    matches!(dimension, "incoming" | "target")
}
