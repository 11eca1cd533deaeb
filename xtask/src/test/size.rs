//! The budget of bytes, as one test.

use crate::size as sizes;
use crate::test::Tally;

pub fn size(tally: &mut Tally) {
    tally.check("What browsers download, against the budget", || {
        sizes::size(&sizes::Arguments::default())
    });
}
